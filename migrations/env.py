"""Alembic's entry: it works on the connection that `models.migrate` hands over, and on nothing else."""

from typing import Any

from alembic import context
from sqlalchemy import text

from models.tables import Base

_IS_THERE = "SELECT to_regclass('applied_migrations') IS NOT NULL"
_APPLIED = "INSERT INTO applied_migrations (revision, phase) VALUES (:revision, :phase) ON CONFLICT DO NOTHING"
_TAKEN_BACK = "DELETE FROM applied_migrations WHERE revision = :revision"


def run() -> None:
    context.configure(
        connection=context.config.attributes["connection"],
        target_metadata=Base.metadata,
        compare_server_default=True,
        transaction_per_migration=True,
        on_version_apply=_note,
    )
    with context.begin_transaction():
        context.run_migrations()


def _note(ctx: Any, step: Any, *_: Any, **__: Any) -> None:
    """In the migration's own transaction. An older release reads it: it may not know this migration's file."""
    if ctx.connection.execute(text(_IS_THERE)).scalar_one():
        script = step.up_revision
        values = {"revision": script.revision}
        if step.is_upgrade:
            ctx.connection.execute(text(_APPLIED), values | {"phase": script.module.phase})
        else:
            ctx.connection.execute(text(_TAKEN_BACK), values)


run()
