"""What belongs to messages comes with them, of all kinds and in order, by one query."""

from datetime import timedelta

from extranet import clock
from extranet.app import Extranet
from tests.cast import Cast, keeping, looking
from tests.counting import counted
from tests.workspaces.discussions.talk import Talk
from workspaces.attachments.models import Attachment
from workspaces.discussions.beside import beside_of
from workspaces.discussions.mentions.models import Mention
from workspaces.discussions.models import Message
from workspaces.discussions.thanks.models import Reaction, Thanks


def test_thanks_reactions_mentions_and_files_come_with_their_message(app: Extranet, cast: Cast) -> None:
    talk = Talk(cast)
    other = talk.say(cast.grace, "Nothing belongs to this one")
    ada, grace, now = cast.ada.member_id, cast.grace.member_id, clock.now()
    file = {"message_id": talk.first, "workspace_id": talk.place.id, "media_type": "image/png", "size": 3, "digest": ""}
    with keeping(app) as held:
        held.get_one(Message, talk.first).has_beside = True
        held.add(Thanks(message_id=talk.first, member_id=grace, words="for the list"))
        held.add(Reaction(message_id=talk.first, member_id=ada, kind="agree", given_at=now))
        held.add(Reaction(message_id=talk.first, member_id=grace, kind="agree", given_at=now - timedelta(hours=1)))
        held.add(Mention(message_id=talk.first, member_id=grace))
        held.add(Attachment(name="second.png", place=2, **file))
        held.add(Attachment(name="first.png", place=1, alt="A map", width=4, height=2, has_preview=True, **file))
    with looking(app), counted(app) as queries:
        found = beside_of([talk.first, other])
    assert len(queries) == 1
    assert other not in found
    beside = found[talk.first]
    assert [(thank.member.name, thank.words) for thank in beside.thanks] == [("Grace Hopper", "for the list")]
    assert abs(beside.thanks[0].at - now) < timedelta(minutes=1)
    assert [(one.kind, [member.id for member in one.members]) for one in beside.reactions] == [("agree", [grace, ada])]
    assert [member.id for member in beside.mentions] == [grace]
    assert [(one.name, one.alt, one.width, one.has_preview) for one in beside.attachments] == [
        ("first.png", "A map", 4, True), ("second.png", None, None, False),
    ]  # fmt: skip
    shown = cast.grace.api("get", f"/messages/{talk.first}").get_json()
    assert [file["name"] for file in shown["attachments"]] == ["first.png", "second.png"]


def test_a_retracted_message_has_nothing_beside_it(app: Extranet, cast: Cast) -> None:
    talk = Talk(cast)
    with keeping(app) as held:
        held.get_one(Message, talk.first).has_beside = True
        held.add(Thanks(message_id=talk.first, member_id=cast.grace.member_id, words="for the list"))
    assert cast.grace.api("get", f"/messages/{talk.first}").get_json()["thanks"]
    assert cast.ada.post(talk.at(talk.first, "/retract")).status_code == 302
    assert cast.grace.api("get", f"/messages/{talk.first}").get_json()["thanks"] == []
