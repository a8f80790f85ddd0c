"""What the desk reads. Everything begins with the member who asks: for who is no moderator, nothing is there."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from extranet import db
from extranet.accounts.models import Application
from extranet.collation import sort_key
from extranet.members import Member, email_key
from extranet.paging import Page, page_of, read_cursor

Which = Literal["waiting", "decided"]
PAGE = 25


def find_application(member: Member, application_id: str) -> Application | None:
    """A confirmed application, for a moderator, with who decided on it."""
    if not member.is_moderator:
        return None
    return db.session().scalar(
        sa.select(Application)
        .options(joinedload(Application.decided_by))
        .where(Application.id == application_id, Application.confirmed_at.is_not(None))
    )


def find_member(member: Member, member_id: str) -> Member | None:
    """Any member, for a moderator."""
    return db.session().get(Member, member_id) if member.is_moderator else None


def waiting(member: Member) -> int | None:
    """How many applications wait for a decision; None to who is no moderator."""
    if not member.is_moderator:
        return None
    return db.session().scalar(sa.select(sa.func.count()).select_from(Application).where(*_which("waiting")))


def applications(member: Member, which: Which, cursor: str | None) -> Page[Application]:
    """Waiting applications, the oldest first, or decided ones, the latest decision first."""
    if not member.is_moderator:
        return Page([])
    is_waiting = which == "waiting"
    column = Application.confirmed_at if is_waiting else Application.decided_at
    key = sa.tuple_(column, Application.id)
    statement = sa.select(Application).options(joinedload(Application.decided_by)).where(*_which(which))
    if cursor:
        place = sa.tuple_(*_place(cursor))
        statement = statement.where(key > place if is_waiting else key < place)
    order = [column, Application.id] if is_waiting else [sa.desc(column), Application.id.desc()]
    found = db.session().scalars(statement.order_by(*order).limit(PAGE + 1)).all()
    return page_of(found, PAGE, lambda row: (_moment(row.confirmed_at if is_waiting else row.decided_at), row.id))


def earlier_applications(application: Application) -> Sequence[Application]:
    """Other decided applications of the same address, the latest first."""
    return db.session().scalars(
        sa.select(Application)
        .options(joinedload(Application.decided_by))
        .where(Application.email_key == application.email_key, Application.id != application.id)
        .where(*_which("decided"))
        .order_by(Application.decided_at.desc())
        .limit(5)
    ).all()


def application_of(other: Member) -> Application | None:
    """The application by which somebody became a member, if there was one."""
    return db.session().scalar(sa.select(Application).where(Application.member_id == other.id).limit(1))


def members(
    member: Member, *, words: str = "", role: str = "", is_suspended: bool = False, cursor: str | None = None
) -> Page[Member]:
    """Members in alphabetical order of their surnames: those whose name or address has all the words."""
    if not member.is_moderator:
        return Page([])
    statement = sa.select(Member).order_by(Member.sort_name, Member.id).limit(PAGE + 1)
    for word in words.split()[:8]:
        statement = statement.where(_has(word))
    if role == "moderator":
        statement = statement.where(Member.role.in_(["moderator", "administrator"]))
    if is_suspended:
        statement = statement.where(Member.suspended_at.is_not(None))
    if cursor:
        sort_name, last_id = read_cursor(cursor, str, str)
        statement = statement.where(sa.tuple_(Member.sort_name, Member.id) > sa.tuple_(sort_name, last_id))
    found = db.session().scalars(statement).all()
    return page_of(found, PAGE, lambda row: (row.sort_name, row.id))


def member_at(email: str) -> Member | None:
    """The member with this address."""
    return db.session().scalar(sa.select(Member).where(Member.email_key == email_key(email)))


def hold_administrators() -> set[str]:
    """The ids of the administrators who are not suspended; held until the commit, so that not all go at once."""
    statement = sa.select(Member.id).where(Member.role == "administrator", Member.suspended_at.is_(None))
    return set(db.session().scalars(statement.order_by(Member.id).with_for_update()))


def _which(which: Which) -> tuple[sa.ColumnElement[bool], ...]:
    if which == "waiting":
        return Application.confirmed_at.is_not(None), Application.decided_at.is_(None)
    return Application.confirmed_at.is_not(None), Application.decided_at.is_not(None)


def _moment(at: datetime | None) -> str:
    return at.isoformat() if at is not None else ""


def _place(cursor: str) -> tuple[sa.ColumnElement[datetime], sa.ColumnElement[str]]:
    at, last_id = read_cursor(cursor, datetime, str)
    return sa.literal(at, db.UtcDateTime()), sa.literal(last_id)


def _has(word: str) -> sa.ColumnElement[bool]:
    """Whether a part of the name, however written, or of the address begins so."""
    key = sort_key(word)
    address = Member.email_key.contains(email_key(word), autoescape=True)
    if not key:
        return address
    return sa.or_(Member.sort_name.startswith(key), Member.sort_name.contains("0" + key), address)
