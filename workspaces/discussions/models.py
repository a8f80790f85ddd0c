"""Threads and messages. A message's place in the tree is a path, so that a thread is read in order by one index.

The path of a message is its parent's path and its own `seq` in six characters of base 32; compared byte by byte it
orders a thread depth first, and the answers to one message by time.
"""

from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa
from markupsafe import Markup
from sqlalchemy.orm import Mapped, mapped_column

from extranet import clock
from extranet.db import Base, Bytewise, id_column
from extranet.errors import Refusal
from extranet.html import CleanHtml, from_markdown
from extranet.i18n import lazy
from extranet.members import Member

ThreadKind = Literal["discussion", "question", "decision"]
THREAD_KINDS: tuple[ThreadKind, ...] = ("discussion", "question", "decision")

STEP = 6
"""Characters of a path for each level."""
DEEPEST = 40
"""Levels after which an answer stands beside what it answers, not below it."""
_DIGITS = "0123456789abcdefghijklmnopqrstuv"


class AlreadyRetracted(Refusal):
    sentence = lazy("This message has been retracted.")


class Locked(Refusal):
    """Written into, or edited, while the thread is locked."""

    sentence = lazy("This discussion is locked: it can be read, but nothing can be written into it.")


class Thread(Base):
    """A discussion with a title. `last_seq`, `last_at` and `message_count` follow its messages.

    `answered_at` is of a question: when somebody else than who asked it first answered, or an answer was accepted.
    """

    __tablename__ = "threads"
    __table_args__ = (
        sa.Index("ix_threads_order", "workspace_id", "last_at", "id"),
        sa.Index("ix_threads_unread", "workspace_id", "last_seq"),
    )

    id: Mapped[str] = id_column()
    workspace_id: Mapped[str] = mapped_column(sa.ForeignKey("workspaces.id", ondelete="CASCADE"))
    title: Mapped[str]
    opened_by_id: Mapped[str | None] = mapped_column(sa.ForeignKey("members.id", ondelete="SET NULL"), index=True)
    opened_at: Mapped[datetime] = mapped_column(default=clock.now)
    last_at: Mapped[datetime] = mapped_column(default=clock.now)
    last_seq: Mapped[int] = mapped_column(sa.BigInteger(), default=0)
    message_count: Mapped[int] = mapped_column(default=0)
    kind: Mapped[str] = mapped_column(default="discussion")
    pinned_at: Mapped[datetime | None]
    pinned_by_id: Mapped[str | None] = mapped_column(sa.ForeignKey("members.id", ondelete="SET NULL"), index=True)
    locked_at: Mapped[datetime | None]
    locked_by_id: Mapped[str | None] = mapped_column(sa.ForeignKey("members.id", ondelete="SET NULL"), index=True)
    answered_at: Mapped[datetime | None]

    @property
    def is_pinned(self) -> bool:
        return self.pinned_at is not None

    @property
    def is_locked(self) -> bool:
        return self.locked_at is not None

    def ensure_open(self) -> None:
        """Raise `Locked` if nothing can be written into it."""
        if self.is_locked:
            raise Locked

    def lock(self, *, by: Member) -> None:
        """Let nothing more be written into it."""
        self.locked_at, self.locked_by_id = clock.now(), by.id

    def unlock(self) -> None:
        """Let people write again."""
        self.locked_at = self.locked_by_id = None

    def take(self, message: "Message") -> None:
        """Follow a new message."""
        self.last_seq, self.last_at = message.seq, message.posted_at
        self.message_count = (self.message_count or 0) + 1


class Message(Base):
    """One message. `body` is Markdown as typed, `html` what is shown; both are gone once it is retracted.

    `has_beside` says that thanks, reactions, mentions or attachments belong to it: only then are they looked for.
    `accepted_at` marks the answer that a question got.
    """

    __tablename__ = "messages"
    __table_args__ = (
        sa.UniqueConstraint("author_id", "client_id"),
        sa.UniqueConstraint("thread_id", "path"),
        sa.Index("ix_messages_unread", "thread_id", "seq"),
        sa.Index("ix_messages_order", "workspace_id", "seq"),
    )

    id: Mapped[str] = id_column()
    workspace_id: Mapped[str] = mapped_column(sa.ForeignKey("workspaces.id", ondelete="CASCADE"))
    thread_id: Mapped[str] = mapped_column(sa.ForeignKey("threads.id", ondelete="CASCADE"))
    author_id: Mapped[str | None] = mapped_column(sa.ForeignKey("members.id", ondelete="SET NULL"))
    answers_id: Mapped[str | None] = mapped_column(sa.ForeignKey("messages.id", ondelete="SET NULL"), index=True)
    client_id: Mapped[str | None] = mapped_column(sa.String(36))
    seq: Mapped[int] = mapped_column(sa.BigInteger())
    path: Mapped[str] = mapped_column(Bytewise)
    body: Mapped[str]
    html: Mapped[Markup] = mapped_column(CleanHtml)
    posted_at: Mapped[datetime] = mapped_column(default=clock.now)
    edited_at: Mapped[datetime | None]
    retracted_at: Mapped[datetime | None]
    retracted_by_id: Mapped[str | None] = mapped_column(sa.ForeignKey("members.id", ondelete="SET NULL"), index=True)
    retraction_reason: Mapped[str | None]
    accepted_at: Mapped[datetime | None]
    accepted_by_id: Mapped[str | None] = mapped_column(sa.ForeignKey("members.id", ondelete="SET NULL"), index=True)
    has_beside: Mapped[bool] = mapped_column(default=False)

    def __init__(self, **facts: Any) -> None:
        super().__init__(**facts)
        if "html" not in facts:
            self.html = from_markdown(self.body)

    @property
    def depth(self) -> int:
        """0 for a message that answers none."""
        return len(self.path) // STEP - 1

    @property
    def is_retracted(self) -> bool:
        return self.retracted_at is not None

    @property
    def is_edited(self) -> bool:
        return self.edited_at is not None and not self.is_retracted

    def edit(self, body: str, html: Markup) -> None:
        """Say it otherwise. Raises `AlreadyRetracted`."""
        if self.is_retracted:
            raise AlreadyRetracted
        self.body, self.html, self.edited_at = body, html, clock.now()

    def retract(self, *, by: Member, reason: str | None = None) -> None:
        """Take it back: what was said is gone, its place stays. Raises `AlreadyRetracted`."""
        if self.is_retracted:
            raise AlreadyRetracted
        self.body, self.html = "", Markup("")
        self.retracted_at, self.retracted_by_id, self.retraction_reason = clock.now(), by.id, reason


class MessageVersion(Base):
    """What a message said before an edit; for its author alone, and gone once it is retracted."""

    __tablename__ = "message_versions"

    id: Mapped[str] = id_column()
    message_id: Mapped[str] = mapped_column(sa.ForeignKey("messages.id", ondelete="CASCADE"), index=True)
    body: Mapped[str]
    html: Mapped[Markup] = mapped_column(CleanHtml)
    said_at: Mapped[datetime]


class ReadMark(Base):
    """How far a member has read a thread: `seq` never goes backwards.

    `unread_from` is where the member has marked it as unread, until they come back to it: what has this `seq` or a
    later one counts as not read.
    """

    __tablename__ = "read_marks"

    member_id: Mapped[str] = mapped_column(sa.ForeignKey("members.id", ondelete="CASCADE"), primary_key=True)
    thread_id: Mapped[str] = mapped_column(
        sa.ForeignKey("threads.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    seq: Mapped[int] = mapped_column(sa.BigInteger())
    unread_from: Mapped[int | None] = mapped_column(sa.BigInteger())


def path_below(parent: Message | None, seq: int) -> str:
    """The path of a message with this `seq` that answers `parent`."""
    above = "" if parent is None else parent.path[: DEEPEST * STEP]
    return above + step_of(seq)


def path_from(path: str, seq: int) -> str:
    """The path of a message for who sees nothing before `seq`: without the steps of what they do not see above it.

    What answers a message comes after it, so that these stand at the beginning.
    """
    first, last = step_of(seq), len(path) - STEP
    return path[next((at for at in range(0, last, STEP) if path[at : at + STEP] >= first), last) :]


def steps_in(path: str) -> list[int]:
    """The `seq` of each message on the way to one, its own the last."""
    return [int(path[at : at + STEP], 32) for at in range(0, len(path), STEP)]


def step_of(seq: int) -> str:
    """One level of a path: `seq` in six digits of base 32, which order like the number up to 2³⁰."""
    digits = [_DIGITS[(seq >> shift) & 31] for shift in range(5 * (STEP - 1), -1, -5)]
    return "".join(digits)
