"""A workspace and its life: opened, active, archived, in the trash, purged."""

import unicodedata
from datetime import date, datetime, timedelta
from typing import Literal

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from extranet import clock
from extranet.db import Base, id_column
from extranet.errors import Invalid, Refusal
from extranet.i18n import lazy
from extranet.members import Member

Kind = Literal["project", "event", "working-group"]
Visibility = Literal["listed", "unlisted"]
Joining = Literal["open", "request", "invitation"]
KINDS: tuple[Kind, ...] = ("project", "event", "working-group")
VISIBILITIES: tuple[Visibility, ...] = ("listed", "unlisted")
JOININGS: tuple[Joining, ...] = ("open", "request", "invitation")

TRASH_DAYS = 30
"""Days for which a deleted workspace can be restored (product: life of a workspace)."""


ADDRESS_IN_NAME = lazy("The name cannot hold a web address.")


class Archived(Refusal):
    """Written to, or joined, while it is archived."""

    sentence = lazy("This workspace is archived: it can be read, not changed.")


class AlreadyArchived(Refusal):
    sentence = lazy("This workspace is archived already.")


class NotArchived(Refusal):
    sentence = lazy("This workspace is not archived.")


class ArchiveFirst(Refusal):
    sentence = lazy("Only an archived workspace can be deleted. Archive it first.")


class AlreadyInTrash(Refusal):
    sentence = lazy("This workspace is in the trash already.")


class NotInTrash(Refusal):
    sentence = lazy("This workspace is not in the trash.")


class EndsBeforeItStarts(Invalid):
    """The last day comes before the first."""

    def __init__(self) -> None:
        super().__init__(fields={"ends_on": lazy("The last day cannot be before the first day.")})


class NameIsAddress(Invalid):
    """Letters to people outside say the name of a workspace; what looks like a link does not go out in our name."""

    def __init__(self) -> None:
        super().__init__(fields={"name": ADDRESS_IN_NAME})


class Workspace(Base):
    """A private place of a project, an event or a working group. Its id is also the id of its stream of facts.

    Who has read what is shown of messages from `readers_shown_from` on, if a host has it shown: nobody knew before.
    """

    __tablename__ = "workspaces"

    id: Mapped[str] = id_column()
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    purpose: Mapped[str]
    kind: Mapped[str]
    visibility: Mapped[str] = mapped_column(default="listed")
    joining: Mapped[str] = mapped_column(default="request")
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    shows_earlier: Mapped[bool] = mapped_column(default=True)
    readers_shown_from: Mapped[int | None] = mapped_column(sa.BigInteger())
    opened_at: Mapped[datetime] = mapped_column(default=clock.now)
    opened_by_id: Mapped[str | None] = mapped_column(sa.ForeignKey("members.id", ondelete="SET NULL"), index=True)
    active_at: Mapped[datetime] = mapped_column(default=clock.now, index=True)
    outcome: Mapped[str | None]
    archived_at: Mapped[datetime | None]
    archived_by_id: Mapped[str | None] = mapped_column(sa.ForeignKey("members.id", ondelete="SET NULL"), index=True)
    trashed_at: Mapped[datetime | None] = mapped_column(index=True)
    trashed_by_id: Mapped[str | None] = mapped_column(sa.ForeignKey("members.id", ondelete="SET NULL"), index=True)

    @property
    def is_listed(self) -> bool:
        """Whether members who have not joined see that it exists."""
        return self.visibility == "listed"

    @property
    def shows_readers(self) -> bool:
        """Whether its members see who has read what."""
        return self.readers_shown_from is not None

    @property
    def is_archived(self) -> bool:
        return self.archived_at is not None

    @property
    def is_trashed(self) -> bool:
        return self.trashed_at is not None

    @property
    def is_active(self) -> bool:
        return not self.is_archived and not self.is_trashed

    @property
    def purge_at(self) -> datetime | None:
        """When it may be purged, if it is in the trash."""
        return self.trashed_at + timedelta(days=TRASH_DAYS) if self.trashed_at is not None else None

    def rename(self, name: str) -> None:
        """Call it otherwise. Raises `NameIsAddress`."""
        if name != self.name and has_address(name):
            raise NameIsAddress
        self.name = name

    def is_called(self, typed: str) -> bool:
        """Whether what was typed is its name, however its letters are composed and spaced."""
        return _as_compared(typed) == _as_compared(self.name)

    def is_wider(self, visibility: Visibility, joining: Joining, shows_earlier: bool) -> bool:
        """Whether more people would find it, come in more easily or see more with these than they do now."""
        return (
            (visibility == "listed" and not self.is_listed)
            or _easiness(joining) > _easiness(self.joining)
            or (shows_earlier and not self.shows_earlier)
        )

    def ensure_active(self) -> None:
        """Raise `Archived` unless it can be written to."""
        if not self.is_active:
            raise Archived

    def ensure_here(self) -> None:
        """Raise `AlreadyInTrash` if it is in the trash, where nothing is done to it but restoring."""
        if self.is_trashed:
            raise AlreadyInTrash

    def last(self, *, from_day: date | None, to_day: date | None) -> None:
        """Set its first and last day, either of which may be open. Raises `EndsBeforeItStarts`."""
        if from_day is not None and to_day is not None and to_day < from_day:
            raise EndsBeforeItStarts
        self.starts_on, self.ends_on = from_day, to_day

    def archive(self, *, by: Member, outcome: str | None = None) -> None:
        """Make it read-only. Raises `AlreadyArchived`."""
        if self.is_archived:
            raise AlreadyArchived
        self.archived_at, self.archived_by_id = clock.now(), by.id
        self.outcome = outcome or self.outcome

    def reopen(self) -> None:
        """Make an archived one active again. Raises `NotArchived`, or `AlreadyInTrash`."""
        if self.is_trashed:
            raise AlreadyInTrash
        if not self.is_archived:
            raise NotArchived
        self.archived_at = self.archived_by_id = None
        self.active_at = clock.now()

    def ensure_deletable(self) -> None:
        """Raise `ArchiveFirst` or `AlreadyInTrash` unless it can be put into the trash."""
        if not self.is_archived:
            raise ArchiveFirst
        self.ensure_here()

    def trash(self, *, by: Member) -> None:
        """Put an archived one into the trash. Raises `ArchiveFirst`, `AlreadyInTrash`."""
        self.ensure_deletable()
        self.trashed_at, self.trashed_by_id = clock.now(), by.id

    def restore(self) -> None:
        """Take it out of the trash; it is archived as before. Raises `NotInTrash`."""
        if not self.is_trashed:
            raise NotInTrash
        self.trashed_at = self.trashed_by_id = None


def has_address(name: str) -> bool:
    """Whether there is a web address in a name."""
    compared = unicodedata.normalize("NFKC", name).casefold()
    return "://" in compared or "www." in compared


def _easiness(joining: str) -> int:
    return ["invitation", "request", "open"].index(joining)


def _as_compared(name: str) -> str:
    return " ".join(unicodedata.normalize("NFC", name).split())
