"""What takes long on a large table, and lets everybody work meanwhile. The SQL stands in migrations/fourth.

Outside a transaction, statement by statement: whatever was cut off is run again from the first one.
"""

from pathlib import Path

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None
phase = "pre"

_FOURTH = Path(__file__).parents[1] / "fourth"
_BACK = """
DROP INDEX ix_named_repls_last_used_at;
CREATE INDEX ix_named_repls_last_used_at ON named_repls (last_used_at)
    WHERE session_id IS NOT NULL AND state <> 'empty';
DROP INDEX ix_orchestrations_schema_version;
"""


def upgrade() -> None:
    with op.get_context().autocommit_block():
        for file in sorted(_FOURTH.glob("*.sql")):
            for statement in filter(str.strip, file.read_text().split(";")):
                op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    op.get_bind().exec_driver_sql(_BACK)
