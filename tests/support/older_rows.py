"""Rows of older releases, as tests/migration/golden keeps them, in a database of the release's own schema."""

import re
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine, text

GOLDEN = Path(__file__).parents[1] / "migration" / "golden"
# The model is told when a question was asked: its reply belongs to that.
_STAYS = ("orchestrations", "created_at")
# All processes of then were silent for so long.
_AGO_S = 60
_TIMES = """
SELECT table_name, column_name FROM information_schema.columns
WHERE table_schema = 'public' AND data_type = 'timestamp with time zone' ORDER BY table_name, column_name
"""


def load_older_rows(engine: Engine, revision: str) -> None:
    """Load the rows of that revision, as if their processes had died a minute ago: deadlines are still to come."""
    file = GOLDEN / f"rows-{revision}.sql"
    found = re.search(r" at (\S+)$", file.read_text().splitlines()[0])
    assert found
    moved_s = (datetime.now(UTC) - datetime.fromisoformat(found[1])).total_seconds() - _AGO_S
    with engine.begin() as connection:
        connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        connection.exec_driver_sql(file.read_text())
        for table, column in connection.execute(text(_TIMES)).all():
            if (table, column) != _STAYS:
                move = f'UPDATE "{table}" SET "{column}" = "{column}" + make_interval(secs => :moved)'
                connection.execute(text(move), {"moved": moved_s})
