"""Threads of all kinds in the demo: a question that waits, one that is answered, a decision with what it rests on."""

from collections.abc import Sequence

import sqlalchemy as sa

from extranet import clock, db
from extranet.accounts.seeds import member
from workspaces import seeds
from workspaces.discussions.models import Message, Thread
from workspaces.discussions.seeds import ANSWERED, DECIDED, FAMILY, TEMPLATE, ago, thread
from workspaces.discussions.threads import service
from workspaces.seeds import AINO, JUKKA, SANNA, TUOMAS

_DECISION = (
    "Lyhyt pohja otetaan käyttöön Tampereella, Oulussa ja Kajaanissa **1.1. alkaen**.\n\n"
    "- Lisätiedot-kenttä jää, ja siihen kirjataan asiakkaan omat sanat.\n"
    "- Kielitaito merkitään kurssien tasoilla (A1.1, A1.2 …).\n\n"
    "Kokemukset käydään läpi maaliskuun kokouksessa."
)


def plant() -> None:
    """Accept an answer, write a decision, pin one thread and mute another."""
    _accept()
    _decide()


def _accept() -> None:
    workspace = seeds.workspace(seeds.KAINUU)
    said = _said(thread(ANSWERED))
    with clock.later(ago(25)):
        service.accept(said[3], workspace, by=member(TUOMAS))
    with clock.later(ago(8)):
        service.pin(thread(FAMILY), workspace, by=member(JUKKA))


def _decide() -> None:
    workspace, decided = seeds.workspace(seeds.PLANS), thread(DECIDED)
    grounds = _said(decided)[1:5]
    with clock.later(ago(6)):
        service.decide(decided, workspace, _DECISION, grounds, by=member(SANNA))
    service.ring(thread(TEMPLATE), follows=False, by=member(AINO))


def _said(where: Thread) -> Sequence[Message]:
    return db.session().scalars(
        sa.select(Message).where(Message.thread_id == where.id).order_by(Message.path)
    ).all()
