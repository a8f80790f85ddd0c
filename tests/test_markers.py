"""A marker in every private place is found by nobody who may not read it: on no page, in no answer, header or letter.

The people who may read it do find it, so that each marker is known to be there.
"""

import logging
import re
from collections.abc import Collection, Iterable, Iterator
from urllib.parse import quote

import pytest
from werkzeug.test import TestResponse

from tests import entrances, markers
from tests.cast import Person
from tests.conftest import Backend
from tests.factories import Scene, Space
from tests.markers import Markers, everybody, inflected, readers
from tests.scenes import Furnish
from tests.servers import Letterbox
from tests.test_access import copied

ENOUGH = 50_000
"""Cells: person × answer × marker (quality: trust, in figures)."""


@pytest.fixture
def planted() -> Markers:
    return Markers()


@pytest.fixture
def scene(furnish: Furnish, planted: Markers) -> Scene:
    return furnish(planted.say, name="planted", is_settled=True)


@pytest.mark.timeout(1_800)
def test_nobody_reads_a_marker_that_is_not_theirs(
    scene: Scene, planted: Markers, backend: Backend, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    # Every query is written once for both databases: of the second one workspace and one person of each kind do.
    spaces = scene.spaces if backend.name == "sqlite" else {"unlisted": scene.spaces["unlisted"]}
    opened = {place for place in planted.words if place.partition(": ")[0] not in scene.spaces.keys() - spaces.keys()}
    leaks, read, cells = [], set(), 0
    for name, person in everybody(scene).items():
        if backend.name != "sqlite" and name not in _OF_EACH_KIND:
            continue
        for path in _addresses(scene, spaces.values()):
            answer = _get(person, path)
            found = planted.found_in(_without(path, f"{answer.headers}\n{answer.text}"))
            leaks += [f"{name} reads «{place}» at {path}" for place in found if name not in readers(place)]
            read |= {(name, place) for place in found}
            cells += len(planted.words)
    assert not leaks, "\n".join(leaks)
    assert cells >= ENOUGH
    unread = {(name, place) for place in opened for name in _can_read_it_on_a_page(place)} - read
    assert not unread, f"these should have been found, or the test looks nowhere: {sorted(unread)}"
    assert not planted.found_in(caplog.text)


def _can_read_it_on_a_page(place: str) -> frozenset[str]:
    """Who must have found a marker when they have opened every page."""
    if place.startswith(("application", "unconfirmed")) or place == "phone" or place in markers.OF_A_MEMBER:
        return readers(place) & set(_ASKED)
    return readers(place) & markers.HOSTS & set(_ASKED)


_ASKED = ("grace", "hanna", "ada", "moses")
_OF_EACH_KIND = (*_ASKED, "mallory", "lee", "nina")


def _addresses(scene: Scene, spaces: Collection[Space]) -> Iterator[str]:
    """Every address that can be read, filled in with everything that there is."""
    for row in entrances.rows():
        if row.method != "GET" or row.note or "<token>" in row.rule or "<path:" in row.rule:
            continue
        for parts in _fillings(row.rule, scene, spaces):
            path = row.rule
            for name, value in parts.items():
                path = path.replace(f"<{name}>", value)
            yield path
    yield from ("/workspaces?show=listed", "/workspaces?show=archived", "/desk/workspaces?state=archived")
    yield from ("/desk/workspaces?state=trash", "/desk/applications?which=decided", "/desk/members?only=suspended")
    yield from ("/api/v1/workspaces?which=listed", "/api/v1/workspaces?which=archived")
    for space in spaces:
        yield f"/workspaces/{space.slug}/changes?after=0"
        yield f"/workspaces/{space.slug}/threads/{space.thread_id}?at={space.messages['own']}"
        yield from (f"/workspaces/{space.slug}/invite?q={name}" for name in ("hanna", "grace", "hidden"))


def _fillings(rule: str, scene: Scene, spaces: Collection[Space]) -> Iterable[dict[str, str]]:
    if "<slug>" in rule or "<thread_id>" in rule or "<message_id>" in rule or "<attachment_id>" in rule:
        return [filled for space in spaces for filled in _in_space(rule, scene, space)]
    people = [person.member_id for person in everybody(scene).values() if person.member_id]
    if "<member_id>" in rule:
        return [{"member_id": member_id} for member_id in people]
    organisations = (scene.organisation_id, scene.hidden_organisation_id)
    applications = (scene.application_id, scene.unconfirmed_id)
    if "<organisation_id>" in rule:
        return [{"organisation_id": organisation_id} for organisation_id in organisations]
    return [{"application_id": one} for one in applications] if "<application_id>" in rule else [{}]


def _in_space(rule: str, scene: Scene, space: Space) -> Iterator[dict[str, str]]:
    parts = {"slug": space.slug, "thread_id": space.thread_id}
    if "<message_id>" in rule:
        # Each kind of message in one workspace; elsewhere what differs by who asks, and what is gone.
        kinds = space.messages if space is scene.spaces["unlisted"] else ("own", "retracted")
        yield from ({**parts, "message_id": space.messages[kind]} for kind in kinds)
    elif "<attachment_id>" in rule:
        parts["name"] = "file"
        files = [space.files["picture"]] if rule.endswith("/preview") else space.files.values()
        yield from ({**parts, "attachment_id": file_id} for file_id in files)
    elif "<member_id>" in rule:
        yield from ({**parts, "member_id": person.member_id} for person in (scene.olga, scene.rita, scene.kim))
    else:
        yield parts


@pytest.mark.once  # both databases have the same index
@pytest.mark.timeout(1_800)
def test_a_search_for_a_marker_is_answered_like_one_for_a_word_that_was_never_written(
    scene: Scene, planted: Markers
) -> None:
    leaks = []
    for name, path in _SEARCHES:
        person = getattr(scene, name)
        nothing = _asked(person, path, "zyxwvutsrqponml")
        for place in planted.private_from(name):
            if place.startswith(("listed archived", "listed trash", "unlisted archived", "open")):
                continue  # like the others; a search takes its time
            forms = inflected(planted.words[place])[: 2 if path == "/search?q=" else 1]
            finding = [form for form in forms if _asked(person, path, form) != nothing]
            leaks += [f"{name} finds «{place}» at {path} with {form}" for form in finding]
    assert not leaks, "\n".join(leaks)
    later = scene.spaces["unlisted"].messages["later"]
    assert later in _get(scene.nina, f"/api/v1/search?q={planted.words['unlisted: later message']}").text
    for form in inflected(planted.words["unlisted: message"])[:2]:
        assert scene.spaces["unlisted"].thread_id in _get(scene.grace, f"/api/v1/search?q={form}").text
    assert planted.words["phone"] in _get(scene.mallory, f"/api/v1/contacts?q=0{planted.words['phone']}").text


_SEARCHES = (
    ("mallory", "/search?q="),
    ("lee", "/api/v1/search?q="),
    ("moses", "/api/v1/search?q="),
    ("grace", "/search?q="),
    ("nina", "/api/v1/search?q="),
    ("mallory", "/directory?q="),
    ("lee", "/api/v1/contacts?q="),
    ("mallory", "/directory/organisations?q="),
    ("lee", "/workspaces?show=listed&q="),
    ("moses", "/api/v1/workspaces?which=listed&q="),
)


def _asked(person: Person, path: str, word: str) -> str:
    answer = _get(person, path + word)
    return f"{answer.status}\n{re.sub(_TOKEN, '', answer.text).replace(word, '…')}"


_TOKEN = r'(?<=csrf.token" )(?:value|content)="[^"]*"'


def test_letters_tell_each_reader_only_what_is_theirs(scene: Scene, planted: Markers, smtp: Letterbox) -> None:
    owners = {person.email: name for name, person in everybody(scene).items() if person.email} | {
        scene.hugo.email: "hugo",
        **{planted.say(place): place for place in planted.words if place.endswith(("invited address", ": e-mail"))},
    }
    leaks, told = [], set()
    for letter in smtp.letters:
        text = "\n".join(str(part.get_content()) for part in letter.walk() if not part.is_multipart())
        reader = owners[letter["X-Envelope-To"]]
        found = planted.found_in(f"{letter['Subject']}\n{text}")
        leaks += [f"a letter to {reader} tells «{place}»" for place in found if not _may_be_told(reader, place)]
        told |= {(reader, place) for place in found}
    assert not leaks, "\n".join(leaks)
    assert ("ingrid", "unlisted: name") in told
    assert ("unlisted: invited address", "unlisted: name") in told


def _may_be_told(reader: str, place: str) -> bool:
    space, _colon, what = place.partition(": ")
    if reader.endswith("invited address"):
        return place in (reader, reader.replace("invited address", "name"))
    if reader.endswith(": e-mail"):
        return place.startswith(space)
    if reader == "sue" and place == "suspension reason":
        return True
    # Who was in, or was invited, has had letters about it while that held.
    return reader in readers(place) or (what == "name" and reader in _WERE_IN)


_WERE_IN = ("grace", "olga", "lee", "sue", "hugo", "ingrid", "nina")


def _get(person: Person, path: str) -> TestResponse:
    if path.startswith("/api/"):
        return person.api("GET", path.removeprefix("/api/v1"), buffered=True)
    return copied(person).get(path, headers={"Accept-Language": "en"}, buffered=True)


def _without(path: str, text: str) -> str:
    """The text less the address that was asked for, which a page may repeat."""
    for part in path.partition("?")[0].split("/"):
        text = text.replace(f"/{part}", "/…").replace(quote(f"/{part}", safe=""), "/…") if "-" in part else text
    return text
