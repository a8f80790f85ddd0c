"""A file is brought before its message is sent, belongs to who brought it, and goes along with the message."""

import uuid

from extranet.app import Extranet
from tests.cast import Cast
from tests.workspaces.attachments.files import bring, brought, on_disk, pdf, picture, row, sent
from tests.workspaces.discussions.talk import JSON, Talk


def test_what_was_brought_is_told_and_kept(app: Extranet, talk: Talk) -> None:
    file = brought(talk, talk.cast.ada, picture(size=(1000, 500)), "kuva.jpeg")
    assert (file["name"], file["media_type"], file["is_image"]) == ("kuva.jpg", "image/jpeg", True)
    assert (file["width"], file["height"]) == (1000, 500)
    kept = row(app, file["id"])
    assert kept is not None
    assert kept.message_id is None
    assert kept.uploaded_by_id == talk.cast.ada.member_id
    assert sorted(path.name for path in on_disk(app)) == [file["id"], f"{file['id']}.preview"]
    assert {oct(path.stat().st_mode & 0o777) for path in on_disk(app)} == {"0o600"}


def test_it_goes_along_with_the_message(app: Extranet, talk: Talk) -> None:
    one, two = brought(talk, talk.cast.ada, pdf(), "b.pdf"), brought(talk, talk.cast.ada, picture(), "a.jpg")
    message_id = talk.say(
        talk.cast.ada, "Files", attachments=[one["id"], two["id"]], **{f"alt-{two['id']}": "Red and blue"}
    )
    shown = talk.cast.grace.api("GET", f"/messages/{message_id}").json
    assert shown is not None
    assert [file["name"] for file in shown["attachments"]] == ["b.pdf", "a.jpg"]
    assert [file["alt"] for file in shown["attachments"]] == [None, "Red and blue"]
    page = talk.cast.grace.get(talk.path()).text
    assert 'alt="Red and blue"' in page
    assert "b.pdf" in page


def test_the_same_message_sent_twice_has_its_files_once(talk: Talk) -> None:
    file = brought(talk, talk.cast.ada)
    fields = {"attachments": file["id"], "client_id": str(uuid.uuid4())}
    first = talk.post(talk.cast.ada, "Files", headers=JSON, **fields)
    again = talk.post(talk.cast.ada, "Files", headers=JSON, **fields)
    assert first.json is not None
    assert again.json is not None
    assert first.status_code == again.status_code == 201
    assert first.json["message"]["id"] == again.json["message"]["id"]
    assert len(again.json["message"]["attachments"]) == 1


def test_a_new_discussion_takes_files_too(talk: Talk) -> None:
    file = brought(talk, talk.cast.ada)
    fields = {"title": "Files", "body": "Here", "attachments": file["id"]}
    answer = talk.cast.ada.post(talk.place.path("/threads"), fields)
    assert answer.status_code == 302
    assert "plan.txt" in talk.cast.grace.get(answer.location).text


def test_nobody_sends_what_another_brought_or_what_was_sent(talk: Talk) -> None:
    file, gone = brought(talk, talk.cast.ada), sent(talk, talk.cast.ada)
    elsewhere = brought(Talk(talk.cast), talk.cast.grace)
    for by, file_id in (
        (talk.cast.grace, file["id"]), (talk.cast.ada, gone["id"]), (talk.cast.grace, elsewhere["id"]),
        (talk.cast.ada, "neverthere12"),
    ):  # fmt: skip
        before = len(talk.messages())
        answer = talk.post(by, "Files", headers=JSON, attachments=file_id)
        assert answer.status_code == 422
        assert "attachments" in answer.json["errors"]  # type: ignore[index]
        assert len(talk.messages()) == before


def test_a_picture_goes_with_words_or_is_decorative(talk: Talk) -> None:
    file = brought(talk, talk.cast.ada, picture(), "a.jpg")
    answer = talk.post(talk.cast.ada, "Picture", headers=JSON, attachments=file["id"])
    assert answer.status_code == 422
    talk.say(talk.cast.ada, "Picture", attachments=file["id"], **{f"decorative-{file['id']}": "yes"})
    assert 'alt=""' in talk.cast.grace.get(talk.path()).text


def test_programs_say_it_in_json(talk: Talk) -> None:
    file = brought(talk, talk.cast.ada, picture(), "a.jpg")
    path = f"/threads/{talk.thread_id}/messages"
    refused = talk.cast.ada.api("POST", path, {"body": "Picture", "attachments": [{"id": file["id"]}]})
    assert refused.status_code == 422
    assert f"alt-{file['id']}" in refused.json["errors"]  # type: ignore[index]
    answer = talk.cast.ada.api("POST", path, {"body": "P", "attachments": [{"id": file["id"], "alt": "Red"}]})
    assert answer.status_code == 201
    assert answer.json["attachments"][0]["alt"] == "Red"  # type: ignore[index]


def test_only_who_has_joined_brings_files(talk: Talk, cast: Cast) -> None:
    assert bring(talk, cast.mallory, b"x").status_code == 404
    assert bring(talk, cast.visitor, b"x").status_code == 401
    talk.place.archive(cast.ada)
    assert bring(talk, cast.ada, b"x").status_code == 409
    assert on_disk(talk.app) == []


def test_one_request_brings_one_file(talk: Talk) -> None:
    answer = talk.cast.ada.post(talk.place.path("/attachments"), {}, headers=JSON)
    assert answer.status_code == 422
