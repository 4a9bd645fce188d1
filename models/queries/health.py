"""What `status` and `doctor` ask: how much there is of each status, and which processes live."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, text

from orchestration.states import Status

_STATUSES = "SELECT status, count(*) AS how_many FROM orchestrations GROUP BY status"
_PROCESSES = "SELECT kind, count(*) AS how_many FROM processes WHERE ended_at IS NULL GROUP BY kind ORDER BY kind"
_TASKS = """
SELECT count(*) FILTER (WHERE state = 'pending') AS pending, count(*) FILTER (WHERE state = 'running') AS running
FROM repl_tasks WHERE state IN ('pending', 'running')
"""


@dataclass(frozen=True, slots=True)
class Health:
    """Counts: orchestrations by status (every status is there), live processes by kind, open REPL tasks."""

    orchestrations: Mapping[Status, int]
    processes: Mapping[str, int]
    tasks_pending: int
    tasks_running: int


def read_health(connection: Connection) -> Health:
    found = {row.status: row.how_many for row in connection.execute(text(_STATUSES))}
    tasks = connection.execute(text(_TASKS)).one()
    return Health(
        orchestrations={status: found.get(status.value, 0) for status in Status},
        processes={row.kind: row.how_many for row in connection.execute(text(_PROCESSES))},
        tasks_pending=tasks.pending,
        tasks_running=tasks.running,
    )
