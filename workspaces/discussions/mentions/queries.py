"""Whom a text mentions, and who can be mentioned.

Only those who have joined the workspace and are not suspended are found: a name that stands behind «@» tells nothing
about who exists elsewhere.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from directory import queries as directory
from extranet import db
from extranet.collation import sort_key
from extranet.html import AT
from extranet.members import Member, surname_first
from workspaces.memberships.models import Membership
from workspaces.queries import Standing

MOST_OFFERED = 8
MOST_AT_SIGNS = 40
"""Of a text with more of them the rest mentions nobody."""
LONGEST_NAME = 100
_MOST_ENDS = 12
"""Places, counted from «@», where a name may end: the parts of a name and what may follow it."""

_KEYBOARD = str.maketrans(dict.fromkeys("’ʼ‘", "'") | dict.fromkeys("‐‑", "-"))
"""What keyboards have in place of the marks that stand in some names."""

_END = re.compile(r"\w\.?(?!\w)")


@dataclass(frozen=True, slots=True)
class Mentioned:
    """A name that a text mentions, and whose it is: more than one member where several have it."""

    name: str
    member_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Mentionable:
    """Somebody who can be mentioned; `organisation` is empty where it is not known or not shown."""

    id: str
    name: str
    organisation: str

    def as_json(self) -> dict[str, str]:
        """As the page's list of names takes it."""
        return {"id": self.id, "name": self.name, "organisation": self.organisation}


def mentioned_in(body: str, workspace_id: str) -> Mapping[str, Mentioned]:
    """Whom a text may mention of those who have joined the workspace, by the key of the name (`name_key`).

    One query, none for a text without «@».
    """
    starts = [found.end() for found in AT.finditer(body)][:MOST_AT_SIGNS]
    names = {name_key(name): name for start in starts for name in names_at(body[start : start + LONGEST_NAME])}
    if not names:
        return {}
    rows = db.session().execute(
        _joined(workspace_id)
        .where(Member.sort_name.in_({sort_key(surname_first(name)) for name in names.values()}))
        .order_by(Member.id)
    )
    found: dict[str, list[Any]] = {}
    for row in rows:
        if name_key(row.name) in names:
            found.setdefault(name_key(row.name), []).append(row)
    return {key: Mentioned(same[0].name, tuple(row.id for row in same)) for key, same in found.items()}


def names_at(text: str) -> list[str]:
    """What stands at the beginning of a text and could be a name, the longest first: it ends where a word does."""
    line = text[:LONGEST_NAME].split("\n", 1)[0]
    ends = {end for found in _END.finditer(line) for end in (found.end(), len(line[: found.end()].rstrip(".")))}
    return [line[:end] for end in sorted(ends)[:_MOST_ENDS]][::-1]


def name_key(name: str) -> str:
    """The form in which two names compare: composed, without case, one space between words, marks as on a keyboard."""
    composed = unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())
    return " ".join(composed.translate(_KEYBOARD).split())


def mentionable(member: Member, standing: Standing, words: str) -> Sequence[Mentionable]:
    """Who of a workspace can be mentioned and has names that begin like these words; two queries, none for no word."""
    starts = [start for start in sort_key(words[:100]).split("0") if start]
    if not starts:
        return []
    rows = db.session().execute(
        _joined(standing.workspace.id)
        .where(Member.id != member.id, *(_has_word(start) for start in starts))
        .order_by(Member.sort_name, Member.id)
        .limit(MOST_OFFERED)
    ).all()
    people = directory.people([row.id for row in rows]) if rows else {}
    return [Mentionable(row.id, row.name, people[row.id].organisation) for row in rows]


def _joined(workspace_id: str) -> sa.Select[str, str]:
    return (
        sa.select(Member.id, Member.name)
        .join(Membership, Membership.member_id == Member.id)
        .where(Membership.workspace_id == workspace_id, Member.suspended_at.is_(None))
    )


def _has_word(start: str) -> sa.ColumnElement[bool]:
    """Whether a word of a name begins so; a 0 stands between the words of the key, which holds letters and digits."""
    return sa.or_(Member.sort_name.like(f"{start}%"), Member.sort_name.like(f"%0{start}%"))
