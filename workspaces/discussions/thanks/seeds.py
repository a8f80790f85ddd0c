"""Thanks and quiet reactions in the demo, and somebody who is mentioned."""

from collections.abc import Sequence

import sqlalchemy as sa

from extranet import clock, db
from extranet.accounts.seeds import member
from workspaces import seeds
from workspaces.discussions import service as discussions
from workspaces.discussions.models import Message
from workspaces.discussions.seeds import LIST, TEMPLATE, ago, thread
from workspaces.discussions.thanks import service
from workspaces.discussions.thanks.models import ReactionKind
from workspaces.models import Workspace
from workspaces.seeds import AINO, FATEMEH, JUKKA, PETER, SANNA, YUSUF

_THANKS: tuple[tuple[str, str, float, str, str], ...] = (
    (LIST, "Päivitetty lista", 19.4, SANNA, "selkeästä listasta"),
    (LIST, "Päivitetty lista", 19.3, YUSUF, "siitä, että perheen asiat ovat nyt mukana"),
    (TEMPLATE, "Kokeilimme lyhyttä pohjaa", 1.2, SANNA, "rohkeasta kokeilusta"),
    (TEMPLATE, "Kokeilimme lyhyttä pohjaa", 0.8, FATEMEH, "luvuista: nämä vien meidän johdolle"),
)
"""Thread, how the message begins, how many days ago, who, and what for."""

_REACTIONS: tuple[tuple[str, str, float, ReactionKind, Sequence[str]], ...] = (
    (LIST, "Päivitetty lista", 18.9, "seen", (FATEMEH, PETER, JUKKA)),
    (TEMPLATE, "Ja se yksi asiakkaan", 10.6, "agree", (FATEMEH, SANNA, JUKKA, PETER)),
    (TEMPLATE, "Nykyinen pohja on", 10.5, "wonder", (JUKKA,)),
    (TEMPLATE, "Yksi kysyi, saako", 0.7, "glad", (YUSUF, SANNA, AINO)),
)


def plant() -> None:
    """Thanks with what for, reactions of all kinds, and a mention of Aino."""
    workspace = seeds.workspace(seeds.PLANS)
    for title, beginning, days, who, words in _THANKS:
        with clock.later(ago(days)):
            service.thank(_message(title, beginning), workspace, words, by=member(who))
    for title, beginning, days, kind, people in _REACTIONS:
        with clock.later(ago(days)):
            for who in people:
                service.react(_message(title, beginning), workspace, kind, by=member(who))
    _mention(workspace)


def _mention(workspace: Workspace) -> None:
    words = f"@{member(AINO).name}, sopiiko, että tuon tähän kokoukseen myös perheiden terveiset?"
    answered = _message(TEMPLATE, "Voisitko kertoa")
    with clock.later(ago(0.3)):
        discussions.post(thread(TEMPLATE), workspace, words, by=member(JUKKA), answers=answered)


def _message(title: str, beginning: str) -> Message:
    return db.session().scalars(
        sa.select(Message).where(Message.thread_id == thread(title).id, Message.body.startswith(beginning))
    ).one()
