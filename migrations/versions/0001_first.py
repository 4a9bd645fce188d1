"""The first schema: all rows of the protocol. The SQL stands in migrations/first, one noun a file."""

from pathlib import Path

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None
phase = "pre"

_FIRST = Path(__file__).parents[1] / "first"
_TABLES = """
    webhook_deliveries webhooks schedule_runs schedules events profiles inputs reservations budgets model_calls stops
    repl_task_results repl_task_payloads repl_tasks named_repls messages steps orchestration_payloads orchestrations
    sessions processes blobs quota_uses quotas keys tenants
"""


def upgrade() -> None:
    connection = op.get_bind()
    for file in sorted(_FIRST.glob("*.sql")):
        connection.exec_driver_sql(file.read_text())


def downgrade() -> None:
    for table in _TABLES.split():
        op.drop_table(table)
    op.get_bind().exec_driver_sql("DROP FUNCTION replwright_now()")
