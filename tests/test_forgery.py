"""What another site may make a browser send or show does nothing here, and nobody is led away from here."""

from pathlib import Path
from urllib.parse import quote

import pytest

from extranet import outbox
from tests import apps, entrances
from tests.cast import PASSWORD, Cast, looking
from tests.entrances import Call, Row
from tests.factories import Scene
from tests.scenes import Furnish
from tests.servers import Letterbox
from tests.test_access import copied
from workspaces.models import Workspace

ELSEWHERE = (
    "https://evil.example/", "//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example",
    "/\t/evil.example", "\t//evil.example", "/\n/evil.example", "/\r/evil.example", " //evil.example",
    "javascript:alert(1)", "https:evil.example", "/ /evil.example", "/\x0b/evil.example", "http:\\\\evil.example",
    "/@evil.example//evil.example", "evil.example", "", "?next=//evil.example", "/..//evil.example",
    "/.//evil.example", "/%09/evil.example",
)  # fmt: skip


def _writes(scene: Scene, *, api: bool) -> list[tuple[Row, Call]]:
    rows = [
        row for row in entrances.rows()
        if row.method not in ("GET", "SOCKET") and not row.note and row.rule.startswith("/api/") is api
    ]  # fmt: skip
    return [(row, entrances.call(row, scene, entrances.space_of(row, scene, "unlisted"))) for row in rows]


@pytest.mark.once
def test_no_form_is_taken_without_its_token(furnish: Furnish) -> None:
    scene = furnish()
    taken = []
    for row, call in _writes(scene, api=False):
        for token in ({}, {"csrf_token": ""}, {"csrf_token": "made up"}, {"csrf_token": scene.grace.csrf_token[::-1]}):
            for headers in ({}, {"Authorization": "Bearer made-up"}, {"Accept": "application/json"}):
                answer = copied(scene.ada).open(
                    call.path, method=row.method, data={**call.fields, **token}, headers=headers
                )
                if answer.status_code != 400:
                    taken.append(f"{row}: {answer.status_code}")
    assert not taken, "\n".join(taken)
    _nothing_has_changed(scene)


@pytest.mark.once
def test_a_token_of_another_browser_does_not_fit(furnish: Furnish) -> None:
    scene = furnish()
    browser = scene.app.test_client()
    browser.get("/sign-in")
    answer = browser.post("/sign-in", data={"csrf_token": scene.ada.csrf_token, "email": "a@b.fi", "password": "x"})
    assert answer.status_code == 400


@pytest.mark.once
def test_the_api_takes_no_write_by_cookie_alone(furnish: Furnish) -> None:
    scene = furnish()
    taken = []
    for row, call in _writes(scene, api=True):
        for headers, status in (
            ({}, 400),
            ({"X-CSRFToken": "made up"}, 400),
            ({"Authorization": "Basic YTpi"}, 400),
            ({"Authorization": "Bearer made-up"}, 401),
        ):
            answer = copied(scene.ada).open(call.path, method=row.method, headers=headers, **call.body)
            if answer.status_code != status:
                taken.append(f"{row} with {headers}: {answer.status_code}")
    assert not taken, "\n".join(taken)
    _nothing_has_changed(scene)


def _nothing_has_changed(scene: Scene) -> None:
    with looking(scene.app) as held:
        workspace = held.get_one(Workspace, scene.spaces["unlisted"].id)
    assert workspace.name == scene.spaces["unlisted"].name
    assert workspace.is_active
    assert scene.ada.api("GET", "/me").status_code == 200
    assert scene.ada.get("/settings").status_code == 200


@pytest.mark.once
@pytest.mark.parametrize("target", ELSEWHERE)
def test_next_never_leads_to_another_site(cast: Cast, target: str) -> None:
    visitor = cast.app.test_client()
    credentials = {"email": cast.ada.email, "password": PASSWORD, "csrf_token": cast.visitor.csrf_token}
    answers = [
        copied(cast.ada).get(f"/sign-in?next={quote(target)}"),
        copied(cast.ada).get(f"/accept-terms?next={quote(target)}"),
        copied(cast.visitor).post("/sign-in", data={**credentials, "next": target}),
        copied(cast.visitor).post(f"/sign-in?next={quote(target)}", data=credentials),
        cast.visitor.post("/settings/language", {"language": "sv", "next": target}),
    ]
    for answer in answers:
        assert answer.status_code == 302
        assert _is_here(answer.headers["Location"]), repr(answer.headers["Location"])
    assert visitor.get(f"/sign-in?next={quote(target)}").status_code == 200


def _is_here(location: str) -> bool:
    """Whether a browser, which drops tabs and line ends and reads \\ as /, would stay."""
    read = "".join(c for c in location if c not in "\t\r\n").strip().replace("\\", "/")
    return read.startswith("/") and not read.startswith("//")


@pytest.mark.once
@pytest.mark.parametrize("path", ["//evil.example/", "//terms", "///terms", "/%09/evil.example"])
def test_a_strange_path_leads_to_no_other_site(cast: Cast, path: str) -> None:
    answer = copied(cast.ada).get("http://localhost" + path)
    assert _is_here(answer.headers.get("Location", "/").removeprefix("http://localhost"))


@pytest.mark.once
def test_next_leads_back_to_a_page_of_this_site(cast: Cast) -> None:
    answer = copied(cast.ada).get("/sign-in?next=/directory%3Fq%3Dterve")
    assert answer.headers["Location"] == "/directory?q=terve"


@pytest.mark.once
def test_every_page_forbids_frames_and_foreign_scripts(furnish: Furnish) -> None:
    scene = furnish()
    wrong = []
    for row in entrances.rows():
        if row.method != "GET" or row.note:
            continue
        path = entrances.call(row, scene, entrances.space_of(row, scene, "unlisted")).path
        for person in (scene.visitor, scene.ada, scene.lee):
            answer = copied(person).get(path, buffered=True)
            is_file = "<attachment_id>" in row.rule and answer.status_code == 200
            wrong += [f"{row}, {answer.status}: {fault}" for fault in _faults(dict(answer.headers), is_file)]
            if answer.mimetype == "text/html" and answer.status_code != 302:
                found = [sign for sign in ("<script>", " style=", " onclick=") if sign in answer.text]
                wrong += [f"{row}: {sign} in the page" for sign in found]
    for path in ("/nothing/here", "/static/nothing.css", "/api/v1/nothing", "/\x00"):
        wrong += [f"{path}: {fault}" for fault in _faults(dict(scene.app.test_client().get(path).headers))]
    assert not wrong, "\n".join(wrong)


def _faults(headers: dict[str, str], is_file: bool = False) -> list[str]:
    policy = headers.get("Content-Security-Policy", "")
    page = ("default-src 'self'", "object-src 'none'", "base-uri 'none'", "form-action 'self'")
    wanted = {
        **dict.fromkeys(("default-src 'none'", "sandbox") if is_file else page, policy),
        "frame-ancestors 'none'": policy, "nosniff": headers.get("X-Content-Type-Options", ""),
        "same-origin": headers.get("Referrer-Policy", ""),
    }  # fmt: skip
    faults = [f"no {part}" for part, where in wanted.items() if part not in where]
    return faults + [f"{word} allowed" for word in ("unsafe", "*", "http:", "https:") if word in policy]


@pytest.mark.once
def test_pages_of_members_are_kept_by_no_cache(furnish: Furnish) -> None:
    scene = furnish()
    for path in ("/", "/directory", f"/workspaces/{scene.spaces['unlisted'].slug}", "/api/v1/me"):
        assert "no-store" in copied(scene.ada).get(path).headers["Cache-Control"]


@pytest.mark.once
def test_cookies_are_for_this_site_alone(tmp_path: Path) -> None:
    for address, name in (("http://localhost", "extranet"), ("https://localhost", "__Host-extranet")):
        is_secure = address.startswith("https")
        app = apps.make(tmp_path / name, SITE_URL=address)
        browser = app.test_client()
        signing_in = browser.get("/sign-in", base_url=address)
        language = browser.post("/settings/language", base_url=address, headers={"Referer": address}, data={
            "language": "sv",
            "csrf_token": signing_in.text.partition('name="csrf_token"')[2].partition('value="')[2].partition('"')[0],
        })  # fmt: skip
        cookies = [*signing_in.headers.getlist("Set-Cookie"), *language.headers.getlist("Set-Cookie")]
        assert [cookie for cookie in cookies if cookie.startswith(f"{name}=")]
        for cookie in cookies:
            assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; ")), cookie
            assert ("Secure" in cookie.split("; ")) is is_secure
            assert "Domain" not in cookie
        assert ("Strict-Transport-Security" in signing_in.headers) is is_secure
        apps.end(app)


@pytest.mark.parametrize(
    "headers",
    [{"Host": "evil.example"}, {"X-Forwarded-Host": "evil.example"}, {"Forwarded": "host=evil.example"}],
)
def test_the_host_that_a_request_names_stands_in_no_letter_and_on_no_page(
    cast: Cast, smtp: Letterbox, headers: dict[str, str]
) -> None:
    answer = cast.visitor.post("/forgotten-password", {"email": cast.ada.email}, headers=headers)
    if answer.status_code == 302:
        with cast.app.app_context():
            outbox.drain()
        letter = smtp.wait_for(cast.ada.email)
        body = "\n".join(str(part.get_content()) for part in letter.walk() if not part.is_multipart())
        assert "http://localhost/set-password/" in body
        assert "evil" not in f"{letter.as_string()}\n{body}"
    page = cast.visitor.get("/sign-in", headers=headers)
    assert "evil" not in page.text
    assert not answer.headers.get("Location", "/").startswith("http")


@pytest.mark.parametrize("host", ["a;script-src *", "a b", "a,b", "a'unsafe-inline'", "evil.example\x7f", ""])
def test_a_strange_host_gets_nothing_into_the_policy(cast: Cast, host: str) -> None:
    answer = cast.visitor.get("/terms", headers={"Host": host})
    assert "unsafe" not in answer.headers.get("Content-Security-Policy", "")
    assert "script-src" not in answer.headers.get("Content-Security-Policy", "")
    assert answer.status_code < 500
