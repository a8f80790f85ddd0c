"""Thanks and quiet reactions in the demo, and somebody who is mentioned."""

from collections.abc import Sequence

import sqlalchemy as sa

from extranet import clock, db
from extranet.accounts.seeds import member
from workspaces import seeds
from workspaces.discussions import service as discussions
from workspaces.discussions.models import Message, Thread
from workspaces.discussions.seeds import ago
from workspaces.discussions.thanks import service
from workspaces.discussions.thanks.models import ReactionKind
from workspaces.models import Workspace
from workspaces.seeds import AINO, FATEMEH, JUKKA, PETER, SANNA, YUSUF

_TEMPLATE = "Suunnitelman pohja: mitä jätetään pois"
_LIST = "Kuka kysyy mitä alkukartoituksessa?"

_THANKS: tuple[tuple[str, str, float, str, str], ...] = (
    (_LIST, "Päivitetty lista", 19.4, SANNA, "selkeästä listasta"),
    (_LIST, "Päivitetty lista", 19.3, YUSUF, "siitä, että perheen asiat ovat nyt mukana"),
    (_TEMPLATE, "Kokeilimme lyhyttä pohjaa", 1.2, SANNA, "rohkeasta kokeilusta"),
    (_TEMPLATE, "Kokeilimme lyhyttä pohjaa", 0.8, FATEMEH, "luvuista: nämä vien meidän johdolle"),
)
"""Thread, how the message begins, how many days ago, who, and what for."""

_REACTIONS: tuple[tuple[str, str, float, ReactionKind, Sequence[str]], ...] = (
    (_LIST, "Päivitetty lista", 18.9, "seen", (FATEMEH, PETER, JUKKA)),
    (_TEMPLATE, "Ja se yksi asiakkaan", 10.6, "agree", (FATEMEH, SANNA, JUKKA, PETER)),
    (_TEMPLATE, "Nykyinen pohja on", 10.5, "wonder", (JUKKA,)),
    (_TEMPLATE, "Yksi kysyi, saako", 0.7, "glad", (YUSUF, SANNA, AINO)),
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
    thread = db.session().scalars(sa.select(Thread).where(Thread.title == _TEMPLATE)).one()
    words = f"@{member(AINO).name}, sopiiko, että tuon tähän kokoukseen myös perheiden terveiset?"
    with clock.later(ago(0.3)):
        discussions.post(thread, workspace, words, by=member(JUKKA), answers=_message(_TEMPLATE, "Voisitko kertoa"))


def _message(title: str, beginning: str) -> Message:
    return db.session().scalars(
        sa.select(Message)
        .join(Thread, Thread.id == Message.thread_id)
        .where(Thread.title == title, Message.body.startswith(beginning))
    ).one()
