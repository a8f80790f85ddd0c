"""Messages are found by who has joined, and by nobody else; also after they change."""

from pathlib import Path

from extranet.app import Extranet
from tests.cast import Person
from tests.workspaces.discussions.talk import Talk
from tests.workspaces.places import drain


def test_who_joined_finds_words_in_other_forms_and_is_led_to_the_message(talk: Talk) -> None:
    message_id = talk.say(talk.cast.ada, "Alkukartoituksen kysymykset ovat valmiit")
    assert _finds(talk, talk.cast.grace, "alkukartoitus")
    page = talk.cast.grace.get("/search?q=alkukartoitus").text
    assert f"at={message_id}#m-{message_id}" in page
    for person in (talk.cast.mallory, talk.cast.moses):
        assert not _finds(talk, person, "alkukartoitus")


def test_who_has_left_finds_it_no_more(talk: Talk) -> None:
    talk.say(talk.cast.ada, "Leppäkerttu")
    assert _finds(talk, talk.cast.grace, "leppäkerttu")
    talk.cast.grace.post(talk.place.path("/leave"))
    assert not _finds(talk, talk.cast.grace, "leppäkerttu")


def test_what_was_edited_or_retracted_is_found_as_it_is_now(talk: Talk) -> None:
    ada, grace = talk.cast.ada, talk.cast.grace
    message_id = talk.say(ada, "Leppäkerttu")
    ada.post(talk.at(message_id, "/edit"), {"body": "Sudenkorento"})
    assert not _finds(talk, grace, "leppäkerttu")
    assert _finds(talk, grace, "sudenkorento")
    ada.post(talk.at(message_id, "/retract"))
    assert not _finds(talk, grace, "sudenkorento")


def test_what_an_edit_took_back_leaves_the_disk_of_the_index_at_the_nightly_purge(app: Extranet, talk: Talk) -> None:
    folder = app.settings.data_dir / "index"
    message_id = talk.say(talk.cast.ada, "Leppäkerttunen")
    drain(talk.app)
    assert _files_that_say(folder, "leppäkerttunen")
    talk.cast.ada.post(talk.at(message_id, "/edit"), {"body": "Sudenkorento"})
    drain(talk.app)
    assert app.test_cli_runner().invoke(args=["purge"]).exit_code == 0
    assert _files_that_say(folder, "leppäkerttunen") == []


def test_an_archived_workspace_is_still_searched_one_in_the_trash_is_not(talk: Talk) -> None:
    talk.say(talk.cast.ada, "Leppäkerttu")
    talk.place.archive(talk.cast.ada)
    assert _finds(talk, talk.cast.grace, "leppäkerttu")
    assert "Archived" in talk.cast.grace.get("/search?q=leppäkerttu").text


def test_nothing_is_found_in_the_trash(talk: Talk) -> None:
    talk.say(talk.cast.ada, "Leppäkerttu")
    assert _finds(talk, talk.cast.ada, "leppäkerttu")
    talk.place.trash(talk.cast.ada)
    assert not _finds(talk, talk.cast.ada, "leppäkerttu")


def test_newcomers_who_do_not_see_earlier_messages_do_not_find_them(talk: Talk) -> None:
    other = Talk(talk.cast, shows_earlier=False)
    other.say(talk.cast.ada, "Leppäkerttu")
    nina = talk.cast.member("Nina Newcomer")
    other.place.let_in(nina, by=talk.cast.ada)
    assert _finds(talk, talk.cast.grace, "leppäkerttu")
    assert not _finds(talk, nina, "leppäkerttu")


def _files_that_say(folder: Path, word: str) -> list[str]:
    return [path.name for path in folder.rglob("*") if path.is_file() and word.encode() in path.read_bytes()]


def _finds(talk: Talk, person: Person, words: str) -> bool:
    drain(talk.app)
    answer = person.get(f"/search?q={words}")
    assert answer.status_code == 200
    return "hit-title" in answer.text
