"""The list of what one has begun leads to where one goes on, and shows all of what one can only copy."""

import json

import pytest
from flask import Flask

from tests.counting import counted
from tests.workspaces.discussions.talk import Talk

LONG = "Begun " + "and gone on with " * 20 + "to the end."


@pytest.fixture
def begun(talk: Talk) -> dict[str, str]:
    """Grace has begun something in each place; where the list leads to, by place."""
    mine = talk.say(talk.cast.grace, "Mine")
    links = {
        "new": talk.place.path("/threads/new"), f"thread-{talk.thread_id}": talk.path("#editor"),
        f"answer-{talk.first}": talk.path(f"?answers={talk.first}#reply"), f"edit-{mine}": talk.at(mine, "/edit"),
    }  # fmt: skip
    for place in links:
        said = {"body": f"{place}: {LONG}", "version": 0}
        assert talk.cast.grace.api("PUT", f"/workspaces/{talk.place.slug}/drafts/{place}", json=said).status_code == 200
    return links


def test_what_can_be_gone_on_with_is_linked_and_only_begins_in_the_list(talk: Talk, begun: dict[str, str]) -> None:
    page = talk.cast.grace.get("/news").text
    assert all(f'href="{link}"' in page for link in begun.values())
    assert "to the end." not in page


def test_of_an_archived_workspace_all_is_shown_and_no_link_is_refused(talk: Talk, begun: dict[str, str]) -> None:
    talk.place.archive(talk.cast.ada)
    page = talk.cast.grace.get("/news").text
    assert all(f"{place}: {LONG}" in page for place in begun)
    assert not any(f'href="{link}"' in page for place, link in begun.items() if place[:4] in ("new", "edit"))
    assert "to the end." not in talk.cast.ada.get("/news").text


def test_of_a_locked_discussion_all_is_shown_but_a_new_one_is_gone_on_with(talk: Talk, begun: dict[str, str]) -> None:
    talk.cast.ada.post(talk.path("/lock"))
    page = talk.cast.grace.get("/news").text
    assert [place for place in begun if f"{place}: {LONG}" not in page] == ["new"]


def test_who_was_removed_is_shown_nothing_by_the_server(talk: Talk, begun: dict[str, str]) -> None:
    assert "Begun and gone on" in talk.cast.grace.get("/news").text and begun
    talk.cast.ada.post(talk.place.path(f"/members/{talk.cast.grace.member_id}/remove"))
    page = talk.cast.grace.get("/news").text
    assert talk.place.slug not in page and "Begun and gone on" not in page


def test_what_ended_elsewhere_is_told_to_a_browser_that_was_away(talk: Talk, begun: dict[str, str]) -> None:
    place = f"thread-{talk.thread_id}"
    assert f"{place}&#34;: 2" not in talk.cast.grace.get("/news").text
    talk.cast.grace.post(talk.place.path(f"/drafts/{place}/discard"))
    assert f"{talk.place.slug}/{place}&#34;: 2" in talk.cast.grace.get("/news").text


def test_a_browser_is_told_what_its_workspaces_are_called_and_reads_no_more_of_them(app: Flask, talk: Talk) -> None:
    grace, place = talk.cast.grace, talk.place

    def told() -> bool:
        return json.dumps({place.slug: [place.name, is_active]}).replace('"', "&#34;") in grace.get("/news").text

    is_active = True
    with counted(app) as statements:
        assert told()
    assert not any("workspaces.purpose" in statement for statement in statements)
    place.archive(talk.cast.ada)
    is_active = False
    assert told()


def test_the_editor_of_an_answer_opens_also_where_the_message_is_retracted(talk: Talk) -> None:
    talk.cast.ada.post(talk.at(talk.first, "/retract"), {"reason": ""})
    assert talk.message(talk.first).is_retracted
    page = talk.cast.grace.get(talk.path(f"?answers={talk.first}&quote=1")).text
    assert 'id="reply-editor"' in page and "Hello" not in page
