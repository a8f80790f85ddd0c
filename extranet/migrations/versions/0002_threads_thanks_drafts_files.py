"""threads of several kinds, thanks, drafts, attachments"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_SWITCHES = (
    ("members", "shows_presence", sa.true()),
    ("memberships", "follows", sa.true()),
    ("messages", "has_beside", sa.false()),
)
_MOMENTS = (
    ("messages", "accepted_at"),
    ("threads", "pinned_at"),
    ("threads", "locked_at"),
    ("threads", "answered_at"),
)
_PEOPLE = (
    ("messages", "accepted_by_id"),
    ("threads", "pinned_by_id"),
    ("threads", "locked_by_id"),
)


def upgrade() -> None:
    op.create_table(
        "drafts",
        sa.Column("id", sa.String(length=12), nullable=False),
        sa.Column("member_id", sa.String(length=12), nullable=False),
        sa.Column("workspace_id", sa.String(length=12), nullable=False),
        sa.Column("place", sa.String(length=40), nullable=False),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("client_id", sa.String(length=36), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["member_id"], ["members.id"], name=op.f("fk_drafts_member_id_members"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_drafts_workspace_id_workspaces"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drafts")),
        sa.UniqueConstraint("member_id", "workspace_id", "place", name=op.f("uq_drafts_member_id_workspace_id_place")),
    )
    with op.batch_alter_table("drafts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_drafts_saved_at"), ["saved_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_drafts_workspace_id"), ["workspace_id"], unique=False)

    op.create_table(
        "bells",
        sa.Column("member_id", sa.String(length=12), nullable=False),
        sa.Column("thread_id", sa.String(length=12), nullable=False),
        sa.Column("follows", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["member_id"], ["members.id"], name=op.f("fk_bells_member_id_members"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["thread_id"], ["threads.id"], name=op.f("fk_bells_thread_id_threads"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("member_id", "thread_id", name=op.f("pk_bells")),
    )
    with op.batch_alter_table("bells", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_bells_thread_id"), ["thread_id"], unique=False)

    op.create_table(
        "decisions",
        sa.Column("thread_id", sa.String(length=12), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by_id", sa.String(length=12), nullable=True),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["members.id"], name=op.f("fk_decisions_decided_by_id_members"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["thread_id"], ["threads.id"], name=op.f("fk_decisions_thread_id_threads"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("thread_id", name=op.f("pk_decisions")),
    )
    with op.batch_alter_table("decisions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_decisions_decided_by_id"), ["decided_by_id"], unique=False)

    op.create_table(
        "attachments",
        sa.Column("id", sa.String(length=12), nullable=False),
        sa.Column("workspace_id", sa.String(length=12), nullable=False),
        sa.Column("message_id", sa.String(length=12), nullable=True),
        sa.Column("uploaded_by_id", sa.String(length=12), nullable=True),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("alt", sa.Text(), nullable=True),
        sa.Column("has_preview", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"], ["messages.id"], name=op.f("fk_attachments_message_id_messages"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["uploaded_by_id"], ["members.id"], name=op.f("fk_attachments_uploaded_by_id_members"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_attachments_workspace_id_workspaces"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachments")),
    )
    with op.batch_alter_table("attachments", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_attachments_message_id"), ["message_id"], unique=False)
        batch_op.create_index("ix_attachments_unsent", ["uploaded_by_id", "message_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_attachments_workspace_id"), ["workspace_id"], unique=False)

    op.create_table(
        "decision_grounds",
        sa.Column("thread_id", sa.String(length=12), nullable=False),
        sa.Column("message_id", sa.String(length=12), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"], ["messages.id"], name=op.f("fk_decision_grounds_message_id_messages"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["thread_id"],
            ["decisions.thread_id"],
            name=op.f("fk_decision_grounds_thread_id_decisions"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("thread_id", "message_id", name=op.f("pk_decision_grounds")),
    )
    with op.batch_alter_table("decision_grounds", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_decision_grounds_message_id"), ["message_id"], unique=False)

    op.create_table(
        "mentions",
        sa.Column("message_id", sa.String(length=12), nullable=False),
        sa.Column("member_id", sa.String(length=12), nullable=False),
        sa.ForeignKeyConstraint(
            ["member_id"], ["members.id"], name=op.f("fk_mentions_member_id_members"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["message_id"], ["messages.id"], name=op.f("fk_mentions_message_id_messages"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("message_id", "member_id", name=op.f("pk_mentions")),
    )
    with op.batch_alter_table("mentions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_mentions_member_id"), ["member_id"], unique=False)

    op.create_table(
        "reactions",
        sa.Column("message_id", sa.String(length=12), nullable=False),
        sa.Column("member_id", sa.String(length=12), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["member_id"], ["members.id"], name=op.f("fk_reactions_member_id_members"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["message_id"], ["messages.id"], name=op.f("fk_reactions_message_id_messages"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("message_id", "member_id", "kind", name=op.f("pk_reactions")),
    )
    with op.batch_alter_table("reactions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reactions_member_id"), ["member_id"], unique=False)

    op.create_table(
        "thanks",
        sa.Column("message_id", sa.String(length=12), nullable=False),
        sa.Column("member_id", sa.String(length=12), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["member_id"], ["members.id"], name=op.f("fk_thanks_member_id_members"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["message_id"], ["messages.id"], name=op.f("fk_thanks_message_id_messages"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("message_id", "member_id", name=op.f("pk_thanks")),
    )
    with op.batch_alter_table("thanks", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_thanks_member_id"), ["member_id"], unique=False)

    for table, column, default in _SWITCHES:
        op.add_column(table, sa.Column(column, sa.Boolean(), nullable=False, server_default=default))
    op.add_column("threads", sa.Column("kind", sa.Text(), nullable=False, server_default="discussion"))
    op.add_column("read_marks", sa.Column("unread_from", sa.BigInteger(), nullable=True))
    op.add_column("workspaces", sa.Column("readers_shown_from", sa.BigInteger(), nullable=True))
    for table, column in _MOMENTS:
        op.add_column(table, sa.Column(column, sa.DateTime(timezone=True), nullable=True))
    for table, column in _PEOPLE:
        with op.batch_alter_table(table) as batch:
            batch.add_column(sa.Column(column, sa.String(length=12), nullable=True))
            batch.create_index(f"ix_{table}_{column}", [column])
            name = f"fk_{table}_{column}_members"
            batch.create_foreign_key(name, "members", [column], ["id"], ondelete="SET NULL")


def downgrade() -> None:
    raise NotImplementedError("What people wrote is not thrown away; restore a backup instead.")
