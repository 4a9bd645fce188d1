"""Whose process a claim is, retries and forks, and what the processes complain of. The SQL is in migrations/third."""

from pathlib import Path

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None
phase = "pre"

_THIRD = Path(__file__).parents[1] / "third"
_BACK = """
DROP TABLE applied_migrations;
DELETE FROM events WHERE name IN ('task_returned', 'retried');
ALTER TABLE events
    DROP CONSTRAINT ck_events_name_known,
    ADD CONSTRAINT ck_events_name_known CHECK (name IN ('submitted', 'planning', 'plan_rejected', 'planned', 'message',
        'task_started', 'task_landed', 'step_landed', 'released', 'ended'));
ALTER TABLE orchestrations DROP CONSTRAINT ck_orchestrations_forked, DROP COLUMN forked_step, DROP COLUMN forked_from,
    DROP COLUMN retries;
ALTER TABLE steps DROP COLUMN first_call;
ALTER TABLE processes DROP COLUMN queues, DROP COLUMN problems, DROP COLUMN pid_started, DROP COLUMN machine;
"""


def upgrade() -> None:
    connection = op.get_bind()
    for file in sorted(_THIRD.glob("*.sql")):
        connection.exec_driver_sql(file.read_text())


def downgrade() -> None:
    op.get_bind().exec_driver_sql(_BACK)
