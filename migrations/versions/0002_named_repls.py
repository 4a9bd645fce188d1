"""Named REPLs, engines, the execution log and the uses of blobs. The SQL stands in migrations/second."""

from pathlib import Path

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None
phase = "pre"

_SECOND = Path(__file__).parents[1] / "second"
_BACK = """
DROP INDEX ix_orchestrations_open_tenant;
DROP TABLE executions;
DROP TABLE blob_uses;
ALTER TABLE repl_task_results DROP COLUMN state_version, DROP COLUMN state_kind;
ALTER TABLE repl_task_payloads DROP COLUMN engine;
DROP INDEX uq_repl_tasks_named_seq, ix_repl_tasks_named_open, uq_repl_tasks_named_running, ix_named_repls_snapshot;
ALTER TABLE named_repls
    DROP CONSTRAINT ck_named_repls_saved, DROP COLUMN version, DROP COLUMN engine, DROP COLUMN unsaved,
    DROP COLUMN lost_reason, DROP COLUMN saved_by, DROP COLUMN claim, DROP COLUMN claimed_until;
DROP INDEX ix_named_repls_last_used_at;
CREATE INDEX ix_named_repls_last_used_at ON named_repls (last_used_at);
"""


def upgrade() -> None:
    connection = op.get_bind()
    for file in sorted(_SECOND.glob("*.sql")):
        connection.exec_driver_sql(file.read_text())


def downgrade() -> None:
    op.get_bind().exec_driver_sql(_BACK)
