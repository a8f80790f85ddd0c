"""How Alembic runs here: on the connection that `extranet.migrating` hands over."""

from typing import Any, Literal

import sqlalchemy as sa
from alembic import context
from alembic.autogenerate.api import AutogenContext

from extranet.db import Base


def plain_type(kind: str, thing: Any, _context: AutogenContext) -> str | Literal[False]:
    """Our own column types appear in the history as what they are in the database."""
    if kind == "type" and isinstance(thing, sa.TypeDecorator):
        return f"sa.{thing.impl_instance!r}"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    render_item=plain_type,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
