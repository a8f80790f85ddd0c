"""Change what is said of a workspace."""

from datetime import date
from html.parser import HTMLParser

import pytest
import sqlalchemy as sa
from werkzeug.test import TestResponse

from extranet import db, events
from extranet.app import Extranet
from tests.cast import Cast, Person, keeping
from tests.workspaces.places import FIELDS, Place, open_place
from workspaces import queries
from workspaces.models import Workspace


class Opened(HTMLParser):
    """The form of the settings as it stands open in a browser: what it sends if nothing is changed in it."""

    def __init__(self, place: Place, person: Person) -> None:
        super().__init__()
        self.path, self.person = place.path("/settings"), person
        self.read(person.get(self.path))

    def read(self, page: TestResponse) -> None:
        """Go on with the form of another page."""
        self.fields: dict[str, str] = {}
        self.text = ""
        self.feed(page.text)

    def send(self, *unticked: str, **changed: str) -> TestResponse:
        """Send it with these changes."""
        sent = {name: value for name, value in self.fields.items() if name not in unticked}
        return self.person.post(self.path, {**sent, **changed})

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what a field of the form holds."""
        said = dict(attrs)
        name = said.get("name") or ""
        is_left_out = said.get("type") in ("radio", "checkbox") and "checked" not in said
        if tag == "input" and not is_left_out and name not in ("csrf_token", "q", "language"):
            self.fields[name] = said.get("value") or ""
        if tag == "textarea":
            self.text = name

    def handle_data(self, data: str) -> None:
        """And the text of its long one."""
        if self.text:
            self.fields[self.text] = data.removeprefix("\r\n").strip()

    def handle_endtag(self, tag: str) -> None:
        """Whose end this is."""
        if tag == "textarea":
            self.text = ""


def test_a_host_changes_it_and_its_address_stays(app: Extranet, cast: Cast) -> None:
    place = open_place(cast)
    changed = {**FIELDS, "name": "Toinen nimi", "kind": "event", "visibility": "unlisted", "shows_earlier": ""}
    assert cast.ada.post(place.path("/settings"), changed).status_code == 302
    row = place.row()
    assert (row.name, row.kind, row.visibility, row.slug) == ("Toinen nimi", "event", "unlisted", place.slug)
    assert place.facts()[-1] == "workspace-changed"


def test_the_form_shows_what_holds_now(app: Extranet, cast: Cast) -> None:
    place = open_place(cast, purpose="Tarkoitus tässä", joining="open")
    page = cast.ada.get(place.path("/settings")).text
    assert "Tarkoitus tässä" in page
    assert 'value="open" checked' in page


def test_saving_without_a_change_is_no_fact(app: Extranet, cast: Cast) -> None:
    place = open_place(cast)
    before = place.facts()
    assert cast.ada.post(place.path("/settings"), FIELDS).status_code == 302
    assert place.facts() == before


def test_what_does_not_pass_changes_nothing(app: Extranet, cast: Cast) -> None:
    place = open_place(cast)
    answer = cast.ada.post(place.path("/settings"), {**FIELDS, "name": "", "purpose": "Typed for long"})
    assert answer.status_code == 422
    assert "Typed for long" in answer.text
    assert place.row().name == place.name


def test_only_hosts_and_moderators_may(app: Extranet, cast: Cast) -> None:
    place = open_place(cast)
    for person, status in ((cast.grace, 403), (cast.mallory, 403), (cast.moses, 302)):
        assert person.post(place.path("/settings"), FIELDS).status_code == status


def test_an_unlisted_one_is_not_there_for_who_has_not_joined(app: Extranet, cast: Cast) -> None:
    place = open_place(cast, visibility="unlisted")
    assert cast.mallory.get(place.path("/settings")).status_code == 404
    assert cast.mallory.post(place.path("/settings"), FIELDS).status_code == 404


def test_an_archived_one_is_not_changed(app: Extranet, cast: Cast) -> None:
    place = open_place(cast)
    place.archive(cast.ada)
    assert cast.ada.post(place.path("/settings"), {**FIELDS, "name": "Uusi"}).status_code == 409
    assert place.row().name == place.name


@pytest.mark.parametrize("name", ["Click https://evil.example", "WWW.evil.example", "\uff57\uff57\uff57.evil.example"])
def test_its_name_which_letters_carry_is_no_web_address(app: Extranet, cast: Cast, name: str) -> None:
    place = open_place(cast)
    sent = {**FIELDS, "name": name}
    for path in (place.path("/settings"), "/workspaces/new"):
        answer = cast.ada.post(path, sent)
        assert answer.status_code == 422
        assert "cannot hold a web address" in answer.text
    said = {"name": name, "purpose": "x", "kind": "project"}
    for method, path, body in (("POST", "", said), ("PATCH", f"/{place.slug}", {"name": name})):
        answer = cast.ada.api(method, f"/workspaces{path}", body)
        assert answer.status_code == 422
        assert answer.json is not None and "web address" in answer.json["errors"]["name"][0]
    assert place.row().name == place.name


def test_a_name_from_before_may_stay_while_other_things_change(app: Extranet, cast: Cast) -> None:
    place = open_place(cast)
    with keeping(app) as held:
        held.get_one(Workspace, place.id).name = "www.example.org"
    assert cast.ada.api("PATCH", f"/workspaces/{place.slug}", {"purpose": "Another"}).status_code == 200


def test_a_form_that_was_open_for_long_changes_only_what_its_writer_has_changed(app: Extranet, cast: Cast) -> None:
    place = open_place(cast, purpose="First line\nsecond line", starts_on=date(2026, 5, 1))
    place.appoint(cast.grace, by=cast.ada)
    opened = Opened(place, cast.ada)
    closed = {"visibility": "unlisted", "joining": "invitation", "starts_on": "2026-06-01", "shows_readers": "y"}
    assert Opened(place, cast.grace).send("shows_earlier", **closed).status_code == 302
    assert opened.send(name="Toinen nimi").status_code == 302
    row = place.row()
    assert (row.visibility, row.joining, row.shows_earlier) == ("unlisted", "invitation", False)
    assert (row.name, row.starts_on, row.shows_readers) == ("Toinen nimi", date(2026, 6, 1), True)
    assert row.purpose == "First line\nsecond line"
    before = place.facts()
    assert opened.send(name="Toinen nimi", ends_on="").status_code == 302
    assert place.facts() == before


def test_a_tick_that_is_taken_away_is_a_change_and_one_that_is_left_is_none(app: Extranet, cast: Cast) -> None:
    place = open_place(cast)
    first, second, third = (Opened(place, cast.ada) for _each in range(3))
    assert first.send("shows_earlier").status_code == 302
    assert not place.row().shows_earlier
    assert second.send(purpose="Muuta").status_code == 302
    assert (place.row().shows_earlier, place.row().purpose) == (False, "Muuta")
    assert third.send("shows_earlier").status_code == 302
    assert not place.row().shows_earlier
    assert Opened(place, cast.ada).send(shows_earlier="y").status_code == 302
    assert place.row().shows_earlier


@pytest.mark.parametrize(
    ("name", "theirs", "ours", "told"),
    [
        ("name", "Their <name>", "Our name", "Their &lt;name&gt;"),
        ("purpose", "Their purpose", "Our purpose", "Their purpose"),
        ("kind", "event", "working-group", "Event"),
        ("joining", "invitation", "open", "Only by invitation from a host"),
        ("starts_on", "", "2026-05-03", "nothing"),
        ("ends_on", "2027-05-02", "2027-05-03", "2 May 2027"),
    ],
)
def test_what_somebody_else_has_changed_meanwhile_is_told_before_it_is_replaced(
    app: Extranet, cast: Cast, name: str, theirs: str, ours: str, told: str
) -> None:
    place = open_place(cast, starts_on=date(2026, 5, 1))
    before = Opened(place, cast.ada).fields[name]
    opened = Opened(place, cast.ada)
    assert Opened(place, cast.ada).send(**{name: theirs}, visibility="unlisted").status_code == 302
    refused = opened.send(**{name: ours})
    assert refused.status_code == 409
    error = refused.text[refused.text.index(f'id="{name}-error"') :]
    assert f"It is now: {told}. Save again" in error[: error.index("</p>")]
    assert Opened(place, cast.ada).fields[name] == theirs
    opened.read(refused)
    assert (opened.fields[name], opened.fields["visibility"]) == (ours, "unlisted")
    assert opened.send().status_code == 302
    assert Opened(place, cast.ada).fields[name] == ours != before
    assert place.row().visibility == "unlisted"


def test_what_does_not_pass_is_mended_first_and_then_what_was_changed_meanwhile_is_told(
    app: Extranet, cast: Cast
) -> None:
    place = open_place(cast)
    opened = Opened(place, cast.ada)
    Opened(place, cast.ada).send(ends_on="2027-05-02", name="Toinen nimi")
    refused = opened.send(ends_on="soon", name="")
    assert refused.status_code == 422 and "It is now" not in refused.text
    opened.read(refused)
    assert (opened.fields["ends_on"], opened.fields["name"]) == ("soon", "")
    told = opened.send(ends_on="2027-05-03", name="Kolmas nimi")
    assert told.status_code == 409 and told.text.count("It is now") == 4
    assert (place.row().name, place.row().ends_on) == ("Toinen nimi", date(2027, 5, 2))


def test_a_moderator_does_not_hear_of_a_purpose_that_is_no_longer_told_to_them(app: Extranet, cast: Cast) -> None:
    place = open_place(cast, purpose="Before")
    opened = Opened(place, cast.moses)
    assert opened.fields["purpose_was"] == "Before"
    hosts = {"visibility": "unlisted", "purpose": "A secret purpose", "kind": "event"}
    assert Opened(place, cast.ada).send(**hosts).status_code == 302
    refused = opened.send(purpose="Guessed", kind="working-group")
    assert refused.status_code == 409
    assert not any(word in refused.text for word in ("secret", "Before", "Guessed", "purpose_was"))
    assert opened.send(purpose="Guessed", name="Toinen nimi").status_code == 302
    row = place.row()
    assert (row.name, row.purpose, row.visibility, row.kind) == ("Toinen nimi", "A secret purpose", "unlisted", "event")


@pytest.mark.parametrize("by_program", [False, True])
def test_what_is_closed_between_the_door_and_the_lock_stays_closed(
    app: Extranet, cast: Cast, monkeypatch: pytest.MonkeyPatch, by_program: bool
) -> None:
    place = open_place(cast, joining="open")
    opened, lock = Opened(place, cast.ada), events.lock_stream

    def wait_for_another(stream: str) -> None:
        closed = {"visibility": "unlisted", "joining": "invitation", "shows_earlier": False}
        db.session().connection().execute(sa.update(Workspace).where(Workspace.id == stream).values(closed))
        lock(stream)

    monkeypatch.setattr(queries, "lock_stream", wait_for_another)
    if by_program:
        assert cast.ada.api("PATCH", f"/workspaces/{place.slug}", {"purpose": "Muuta"}).status_code == 200
    else:
        assert opened.send(purpose="Muuta", joining="request").status_code == 409
        assert opened.send(purpose="Muuta").status_code == 302
    row = place.row()
    assert (row.visibility, row.joining, row.shows_earlier) == ("unlisted", "invitation", False)
    assert row.purpose == "Muuta"
