"""Thank for a message in a few words, and react to it quietly."""

from typing import Any

import pytest

from extranet.app import Extranet
from tests.cast import Cast, Person
from tests.counting import counted
from tests.workspaces.discussions.talk import JSON, Talk
from tests.workspaces.places import open_place


def thank(talk: Talk, by: Person, words: str = "the clear list", *, to: str | None = None, rest: str = "") -> Any:
    return by.post(talk.at(to or talk.first, f"/thanks{rest}"), {"words": words}, headers=JSON)


def react(talk: Talk, by: Person, kind: str = "agree", *, on: str = "yes") -> Any:
    return by.post(talk.at(talk.first, "/reactions"), {"kind": kind, "on": on}, headers=JSON)


def thanks_of(talk: Talk, reader: Person) -> list[tuple[str, str]]:
    said = reader.api("GET", f"/messages/{talk.first}").json
    assert said is not None
    return [(thank["member"]["name"], thank["words"]) for thank in said["thanks"]]


def reactions_of(talk: Talk, reader: Person) -> dict[str, list[str]]:
    said = reader.api("GET", f"/messages/{talk.first}").json
    assert said is not None
    return {one["kind"]: [member["name"] for member in one["members"]] for one in said["reactions"]}


def test_thanks_say_what_for_and_everybody_who_joined_sees_them(talk: Talk) -> None:
    answer = thank(talk, talk.cast.grace)
    assert answer.status_code == 200
    assert "the clear list" in answer.json["html"]
    page = talk.cast.ada.get(talk.path()).text
    assert "Grace Hopper" in page and "the clear list" in page
    last = talk.changes(talk.cast.ada)["items"][-1]
    assert (last["kind"], last["actor"]["name"]) == ("message-thanked", "Grace Hopper")
    assert "the clear list" in last["html"]


def test_said_again_they_take_the_place_of_what_was_said_before(talk: Talk) -> None:
    for words in ("the list", "the clear list", "the clear list"):
        assert thank(talk, talk.cast.grace, words).status_code == 200
    assert thanks_of(talk, talk.cast.ada) == [("Grace Hopper", "the clear list")]
    assert talk.place.facts().count("message-thanked") == 2


def test_taken_back_they_are_gone(talk: Talk) -> None:
    thank(talk, talk.cast.grace)
    assert thank(talk, talk.cast.grace, rest="/withdraw").status_code == 200
    assert thank(talk, talk.cast.grace, rest="/withdraw").status_code == 200
    assert thanks_of(talk, talk.cast.ada) == []
    assert talk.place.facts()[-2:] == ["message-thanked", "thanks-withdrawn"]
    assert "the clear list" not in talk.cast.ada.get(talk.path()).text


@pytest.mark.parametrize(("words", "complaint"), [("", "Fill in"), (" \u200b ", "Fill in"), ("x" * 121, "at most 120")])
def test_what_for_has_to_be_said_in_a_few_words(talk: Talk, words: str, complaint: str) -> None:
    answer = thank(talk, talk.cast.grace, words)
    assert answer.status_code == 422
    assert complaint in answer.text.replace("\\u00a0", " ")
    shown = talk.cast.grace.post(talk.at(talk.first, "/thanks"), {"words": words})
    assert shown.status_code == 422 and words.strip("\u200b ")[:100] in shown.text
    assert talk.cast.grace.api("POST", f"/messages/{talk.first}/thanks", {"words": words}).status_code == 422
    assert thanks_of(talk, talk.cast.ada) == []


def test_nobody_thanks_for_their_own_message(talk: Talk) -> None:
    answer = thank(talk, talk.cast.ada)
    assert answer.status_code == 403
    assert "your own message" in answer.text
    assert 'id="thank"' not in talk.cast.ada.get(talk.at(talk.first)).text


def test_what_was_said_to_a_message_goes_with_it(talk: Talk) -> None:
    thank(talk, talk.cast.grace)
    react(talk, talk.cast.grace)
    assert talk.cast.ada.post(talk.at(talk.first, "/retract")).status_code == 302
    assert thanks_of(talk, talk.cast.ada) == [] and reactions_of(talk, talk.cast.ada) == {}
    assert "the clear list" not in str(talk.changes(talk.cast.grace))
    assert thank(talk, talk.cast.grace).status_code == 409
    assert react(talk, talk.cast.grace).status_code == 409


def test_nothing_more_is_said_in_an_archived_workspace(talk: Talk) -> None:
    thank(talk, talk.cast.grace)
    talk.place.archive(talk.cast.ada)
    assert thank(talk, talk.cast.grace, "other words").status_code == 409
    assert thank(talk, talk.cast.grace, rest="/withdraw").status_code == 409
    assert react(talk, talk.cast.grace).status_code == 409
    assert "the clear list" in talk.cast.grace.get(talk.path()).text


def test_a_locked_thread_takes_no_words_but_a_quiet_reaction(talk: Talk) -> None:
    assert talk.cast.ada.post(talk.path("/lock")).status_code == 302
    assert thank(talk, talk.cast.grace).status_code == 409
    assert react(talk, talk.cast.grace, "seen").status_code == 200
    page = talk.cast.grace.get(talk.at(talk.first)).text
    assert 'id="thank"' not in page and 'id="reactions"' in page


def test_with_a_quote_one_answers_without_a_script_too(talk: Talk) -> None:
    said = talk.say(talk.cast.ada, "First <b>\n\nthen **bold**")
    page = talk.cast.grace.get(talk.path(f"?answers={said}&quote=yes")).text
    assert "\n&gt; First &lt;b&gt;\n&gt;\n&gt; then **bold**\n\n</textarea>" in page
    assert "&gt; First" not in talk.cast.grace.get(talk.path(f"?answers={said}")).text.split("id=\"editor\"")[0]


def test_who_has_left_says_nothing_and_their_thanks_stay_with_their_name(talk: Talk) -> None:
    thank(talk, talk.cast.grace)
    assert talk.cast.grace.post(talk.place.path("/leave")).status_code == 302
    assert thank(talk, talk.cast.grace).status_code == 404
    assert react(talk, talk.cast.grace).status_code == 404
    assert thanks_of(talk, talk.cast.ada) == [("Grace Hopper", "the clear list")]


def test_a_quiet_reaction_is_given_once_and_taken_back(talk: Talk) -> None:
    for kind in ("agree", "agree", "wonder"):
        assert react(talk, talk.cast.grace, kind).status_code == 200
    react(talk, talk.cast.ada, "agree")
    assert reactions_of(talk, talk.cast.ada) == {"agree": ["Grace Hopper", "Ada Lovelace"], "wonder": ["Grace Hopper"]}
    assert "I agree: Grace Hopper, Ada Lovelace" in talk.cast.ada.get(talk.path()).text
    react(talk, talk.cast.grace, "agree", on="no")
    react(talk, talk.cast.grace, "agree", on="no")
    assert reactions_of(talk, talk.cast.ada) == {"agree": ["Ada Lovelace"], "wonder": ["Grace Hopper"]}
    assert talk.place.facts().count("reaction-given") == 3
    assert talk.place.facts().count("reaction-withdrawn") == 1
    assert react(talk, talk.cast.grace, "rage").status_code == 422


def test_neither_makes_anything_unread_nor_moves_the_thread(talk: Talk) -> None:
    talk.read(talk.cast.grace)
    talk.say(talk.cast.grace, "Read this")
    talk.read(talk.cast.ada)
    before = talk.row()
    thank(talk, talk.cast.grace)
    react(talk, talk.cast.grace)
    after = talk.row()
    assert (after.last_seq, after.last_at) == (before.last_seq, before.last_at)
    assert talk.unread(talk.cast.ada) == 0


def test_without_a_script_the_page_of_the_message_does_it_all(talk: Talk) -> None:
    page = talk.cast.grace.get(talk.at(talk.first)).text
    assert 'action="' + talk.at(talk.first, "/thanks") + '"' in page
    assert page.count('action="' + talk.at(talk.first, "/reactions") + '"') == 4
    answer = talk.cast.grace.post(talk.at(talk.first, "/thanks"), {"words": "the clear list"})
    assert answer.status_code == 302 and answer.location.endswith(f"#m-{talk.first}")
    talk.cast.grace.post(talk.at(talk.first, "/reactions"), {"kind": "glad", "on": "yes"})
    page = talk.cast.grace.get(talk.at(talk.first)).text
    assert 'value="the clear list"' in page and "Take my thanks back" in page and "take back" in page


def test_programs_do_the_same(talk: Talk) -> None:
    grace, here = talk.cast.grace, f"/messages/{talk.first}"

    def done(rest: str, json: Any = None) -> Any:
        answer = grace.api("POST", f"{here}{rest}", json)
        assert answer.status_code == 200 and answer.json is not None, answer.text
        return answer.json

    assert done("/thanks", {"words": "the list"})["thanks"][0]["words"] == "the list"
    given = done("/reactions", {"kind": "seen"})["reactions"]
    assert given == [{"kind": "seen", "members": [{"id": grace.member_id, "name": "Grace Hopper"}]}]
    assert done("/reactions", {"kind": "seen", "is_on": False})["reactions"] == []
    assert done("/thanks/withdraw")["thanks"] == []
    assert grace.api("POST", f"{here}/reactions", {"kind": "rage"}).status_code == 422
    assert talk.cast.mallory.api("POST", f"{here}/thanks", {"words": "x"}).status_code == 404


def test_many_thanks_and_reactions_cost_no_more_queries(app: Extranet, cast: Cast) -> None:
    talk = Talk(cast, open_place(cast))
    ids = [talk.say(cast.ada, f"Message {number}") for number in range(4)]

    def queries() -> list[str]:
        cast.grace.get(talk.path())
        with counted(app) as statements:
            assert cast.grace.get(talk.path()).status_code == 200
        return statements

    thank(talk, cast.grace, to=ids[0])
    few = queries()
    for message_id in ids[1:]:
        thank(talk, cast.grace, f"@Ada {message_id}", to=message_id)
        cast.grace.post(talk.at(message_id, "/reactions"), {"kind": "glad", "on": "yes"})
    many = queries()
    assert len(many) == len(few) <= 10, "\n".join(many)
    with counted(app) as caught_up:
        talk.changes(cast.grace)
    assert len([one for one in caught_up if "credentials" not in one]) <= 6
