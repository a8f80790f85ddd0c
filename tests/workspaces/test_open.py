"""Open a workspace."""

from typing import Any

import pytest
import sqlalchemy as sa

from extranet.app import Extranet
from tests.cast import Cast, looking
from tests.workspaces.places import FIELDS, open_place
from workspaces.models import Workspace


def count(app: Extranet) -> int:
    with looking(app) as held:
        return held.scalar(sa.select(sa.func.count()).select_from(Workspace)) or 0


def test_who_opens_a_workspace_hosts_it(app: Extranet, cast: Cast) -> None:
    answer = cast.ada.post("/workspaces/new", {**FIELDS, "starts_on": "2026-12-01", "ends_on": "31.5.2027"})
    assert answer.status_code == 302
    with looking(app) as held:
        workspace = held.scalars(sa.select(Workspace)).one()
    assert answer.location == f"/workspaces/{workspace.slug}/members"
    assert (workspace.name, str(workspace.starts_on), str(workspace.ends_on)) == ("Kototyö", "2026-12-01", "2027-05-31")
    assert workspace.is_active
    assert "Host" in cast.ada.get(answer.location).text


def test_what_happened_stands_first_in_its_stream(app: Extranet, cast: Cast) -> None:
    assert open_place(cast).facts() == ["workspace-opened", "member-joined"]


def test_two_of_the_same_name_have_addresses_that_tell_nothing(app: Extranet, cast: Cast) -> None:
    first, second = open_place(cast), open_place(cast)
    assert first.slug != second.slug
    assert first.slug.startswith("kototyo-")


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"name": ""}, "Fill in this field"),
        ({"name": "   "}, "Fill in this field"),
        ({"name": "x" * 121}, "at most 120"),
        ({"purpose": ""}, "Fill in this field"),
        ({"purpose": "x" * 2001}, "at most 2000"),
        ({"kind": ""}, "Fill in this field"),
        ({"kind": "secret"}, "Choose one of these"),
        ({"visibility": "none"}, "Choose one of these"),
        ({"joining": "never"}, "Choose one of these"),
        ({"ends_on": "tomorrow"}, "Write a day"),
        ({"ends_on": "2027-02-30"}, "Write a day"),
        ({"ends_on": "0001-01-01"}, "Write a day"),
        ({"starts_on": "2027-02-02", "ends_on": "2027-02-01"}, "cannot be before the first"),
    ],
)
def test_what_does_not_pass_is_told_and_kept_on_the_page(
    app: Extranet, cast: Cast, wrong: dict[str, Any], sentence: str
) -> None:
    answer = cast.ada.post("/workspaces/new", {**FIELDS, "purpose": "Kept on the page", **wrong})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert "Kept on the page" in answer.text or "purpose" in wrong
    assert count(app) == 0


@pytest.mark.parametrize("name", ["O’Brien & <b>Şirin</b>", "مساحة العمل", "🧭 Ohjaus", "w" * 120])
def test_any_name_looks_as_it_was_written(app: Extranet, cast: Cast, name: str) -> None:
    answer = cast.ada.post("/workspaces/new", {**FIELDS, "name": name})
    page = cast.ada.get(answer.location)
    assert page.status_code == 200
    assert "<b>Şirin" not in page.text
    assert name.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;") in page.text


def test_a_visitor_signs_in_first(app: Extranet, cast: Cast) -> None:
    assert cast.visitor.post("/workspaces/new", FIELDS).location.startswith("/sign-in")
    assert count(app) == 0


def test_without_the_forms_token_nothing_is_opened(app: Extranet, cast: Cast) -> None:
    assert cast.ada.client.post("/workspaces/new", data=FIELDS).status_code == 400
    assert count(app) == 0
