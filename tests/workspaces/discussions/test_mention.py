"""Mention a member of the workspace by «@» and their name; nobody else is offered, linked or kept."""

from typing import Any

import pytest
import sqlalchemy as sa

from extranet.app import Extranet
from tests.cast import Person, looking
from tests.counting import counted
from tests.workspaces.discussions.talk import JSON, Talk, open_thread
from workspaces.discussions.mentions.models import Mention


def mentioned(talk: Talk, message_id: str) -> list[str]:
    with looking(talk.app) as held:
        return sorted(held.scalars(sa.select(Mention.member_id).where(Mention.message_id == message_id)))


def offered(talk: Talk, by: Person, typed: str) -> list[dict[str, str]]:
    answer = by.get(talk.place.path("/mentionable"), query_string={"q": typed})
    assert answer.status_code == 200 and answer.json is not None
    return list(answer.json["people"])


def card(person: Person) -> str:
    return f'<a href="/directory/people/{person.member_id}" class="mention">'


def test_a_name_behind_the_sign_leads_to_the_card_and_is_kept(talk: Talk) -> None:
    message_id = talk.say(talk.cast.ada, "Could @Grace Hopper look at this?")
    assert f"{card(talk.cast.grace)}@Grace Hopper</a> look" in talk.message(message_id).html
    assert mentioned(talk, message_id) == [talk.cast.grace.member_id]
    said = talk.cast.ada.api("GET", f"/messages/{message_id}").json
    assert said is not None
    assert said["mentions"] == [{"id": talk.cast.grace.member_id, "name": "Grace Hopper"}]
    page = talk.cast.grace.get(talk.path()).text
    assert f'data-mentions="{talk.cast.grace.member_id}"' in page and "Mentions you" in page


def test_the_first_message_of_a_thread_mentions_too(talk: Talk) -> None:
    open_thread(talk.place, talk.cast.ada, title="Other plans", body="@grace  hopper and @GRACE HOPPER, hello")
    changed = talk.changes(talk.cast.grace)["items"][-1]
    assert changed["message"]["mentions"] == [{"id": talk.cast.grace.member_id, "name": "Grace Hopper"}]
    assert changed["html"].count(card(talk.cast.grace)) == 2


@pytest.mark.parametrize(
    "body",
    [
        "grace@Grace Hopper",
        "`@Grace Hopper`",
        "    @Grace Hopper",
        "[see @Grace Hopper](https://example.org)",
        "> as @Grace Hopper said\n\nyes",
        "@Grace\nHopper",
        "@Grace Hopperton",
        "@ Grace Hopper",
        "\\@@Grace Hopper",
    ],
)
def test_what_only_looks_like_a_mention_is_none(talk: Talk, body: str) -> None:
    message_id = talk.say(talk.cast.ada, f"Before\n\n{body}")
    assert mentioned(talk, message_id) == []
    assert 'class="mention"' not in talk.message(message_id).html


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Åsa Öström", "@åsa öström: hej"),
        ("Åsa Öström", "@A\u030asa O\u0308stro\u0308m, hej"),
        ("Peter O’Connor", "(@Peter O’Connor)"),
        ("Peter O’Connor", "(@Peter O'Connor)"),
        ("Oksana Lukʼyanenko", "@Oksana Luk’yanenko"),
        ("Anna‐Liisa Mäki‑Petäjä", "@Anna-Liisa Mäki-Petäjä"),
        ("Anna-Liisa Mäki-Petäjä", "@Anna-Liisa Mäki-Petäjälle? @Anna-Liisa Mäki-Petäjä."),
        ("Martin Luther Jr.", "@Martin Luther Jr. was here"),
        ("Nguyễn Thị Lan", "**@Nguyễn Thị Lan**"),
        ("فاطمه رضایی", "@فاطمه رضایی سلام"),
        ("Şirin Demir", "- @Şirin Demir"),
        ("李 明", "@李 明"),
    ],
)
def test_names_of_all_kinds_are_found(talk: Talk, name: str, said: str) -> None:
    person = talk.cast.member(name, email="somebody@example.org")
    talk.place.let_in(person, by=talk.cast.ada)
    message_id = talk.say(talk.cast.ada, said)
    assert mentioned(talk, message_id) == [person.member_id]
    assert card(person) in talk.message(message_id).html


def test_the_longest_name_counts_and_two_of_one_name_are_both_mentioned(talk: Talk) -> None:
    short, long = talk.cast.member("Anna Maria"), talk.cast.member("Anna Maria Berg")
    twins = [talk.cast.member("Matti Meikäläinen", email=f"matti{number}@example.org") for number in range(2)]
    talk.place.let_in(short, long, *twins, by=talk.cast.ada)
    message_id = talk.say(talk.cast.ada, "@Anna Maria Berg and @Matti Meikäläinen")
    assert mentioned(talk, message_id) == sorted(person.member_id for person in (long, *twins))
    html = talk.message(message_id).html
    assert card(long) in html and card(short) not in html
    assert "/directory?q=Matti%20Meik%C3%A4l%C3%A4inen" in html
    assert "Matti Meikäläinen" in talk.cast.ada.get("/directory?q=Matti%20Meik%C3%A4l%C3%A4inen").text


def test_who_is_not_in_the_workspace_is_neither_linked_nor_kept_nor_offered(talk: Talk) -> None:
    suspended = talk.cast.member("Sue Suspended", suspended_at=sa.func.now())
    talk.place.let_in(suspended, by=talk.cast.ada)
    message_id = talk.say(talk.cast.ada, "@Mallory Outside, @Moses Moderator, @Sue Suspended")
    talk.cast.mallory, talk.cast.moses  # noqa: B018 – they exist
    assert mentioned(talk, message_id) == []
    assert 'class="mention"' not in talk.message(message_id).html
    for typed in ("mallory", "moses", "out", "sue"):
        assert offered(talk, talk.cast.ada, typed) == []
    assert [person["name"] for person in offered(talk, talk.cast.ada, "grac")] == ["Grace Hopper"]


def test_who_left_is_mentioned_no_more_and_reads_nothing(talk: Talk) -> None:
    before = talk.say(talk.cast.ada, "@Grace Hopper")
    talk.cast.grace.post(talk.place.path("/leave"))
    after = talk.say(talk.cast.ada, "@Grace Hopper")
    assert (mentioned(talk, before), mentioned(talk, after)) == ([talk.cast.grace.member_id], [])
    assert talk.cast.grace.get(talk.at(before)).status_code == 404
    assert offered(talk, talk.cast.ada, "grac") == []


def test_an_edit_mentions_anew_and_a_retraction_mentions_nobody(talk: Talk) -> None:
    talk.place.let_in(talk.cast.irma, by=talk.cast.ada)
    message_id = talk.say(talk.cast.ada, "@Grace Hopper")
    talk.cast.ada.post(talk.at(message_id, "/edit"), {"body": "No, @Irma Admin"}, headers=JSON)
    assert mentioned(talk, message_id) == [talk.cast.irma.member_id]
    assert card(talk.cast.irma) in talk.message(message_id).html
    said = talk.cast.ada.api("PATCH", f"/messages/{message_id}", {"body": "Both: @Irma Admin @Grace Hopper"}).json
    assert said is not None and {one["name"] for one in said["mentions"]} == {"Grace Hopper", "Irma Admin"}
    talk.cast.ada.post(talk.at(message_id, "/retract"))
    assert mentioned(talk, message_id) == []


def test_names_are_offered_by_the_beginning_of_any_part_few_at_a_time(talk: Talk) -> None:
    people = [talk.cast.member(f"Berit {word} Åkerlund") for word in "Abcdefghij"]
    talk.place.let_in(*people, by=talk.cast.ada)
    names = [person["name"] for person in offered(talk, talk.cast.grace, "åker")]
    assert len(names) == 8 and names == sorted(names)
    assert offered(talk, talk.cast.grace, "berit å c") == offered(talk, talk.cast.grace, "C Berit")
    assert [one["name"] for one in offered(talk, talk.cast.grace, "lov")] == ["Ada Lovelace"]
    for nothing in ("", " ", "@", "%", "kerlund"):
        assert offered(talk, talk.cast.grace, nothing) == []


def test_oneself_is_not_offered_and_outsiders_cannot_ask(talk: Talk) -> None:
    assert offered(talk, talk.cast.ada, "ada") == []
    for person in (talk.cast.mallory, talk.cast.moses):
        assert person.get(talk.place.path("/mentionable?q=ada")).status_code == 404


def test_however_many_there_are_it_takes_as_few_queries(app: Extranet, talk: Talk) -> None:
    def queries(do: Any) -> int:
        with counted(app) as statements:
            assert do().status_code in (200, 201)
        return len(statements)

    def ask() -> Any:
        return talk.cast.grace.get(talk.place.path("/mentionable?q=b"))

    def say(body: str) -> Any:
        return talk.post(talk.cast.ada, body, headers=JSON)

    people = [talk.cast.member(f"Bo Berg{letter}") for letter in "abcdef"]
    talk.place.let_in(people[0], by=talk.cast.ada)
    ask(), say("Hello")
    few, plain, one = queries(ask), queries(lambda: say("Hello")), queries(lambda: say("@Bo Berga"))
    talk.place.let_in(*people[1:], by=talk.cast.ada)
    all_of_them = " ".join(f"@Bo Berg{letter}" for letter in "abcdef")
    assert queries(ask) == few
    assert queries(lambda: say(all_of_them)) == one
    assert one <= plain + 4
