"""What `status` and `doctor` ask: how much there is of each status, which processes live, and what they say."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, text

from models.rows import ROW_VERSION
from orchestration.states import Status

_STATUSES = "SELECT status, count(*) AS how_many FROM orchestrations GROUP BY status"
_LIVE = """
SELECT id, kind, node, pid, release, queues, problems,
       extract(epoch FROM replwright_now() - started_at)::float8 AS age_s,
       extract(epoch FROM replwright_now() - seen_at)::float8 AS silent_s
FROM processes WHERE ended_at IS NULL ORDER BY id
"""
_TASKS = """
SELECT count(*) FILTER (WHERE state = 'pending') AS pending, count(*) FILTER (WHERE state = 'running') AS running
FROM repl_tasks WHERE state IN ('pending', 'running')
"""
# Those of a newer release are for its sweepers to end.
_OVERDUE = f"""
SELECT coalesce(max(extract(epoch FROM replwright_now() - deadline_at)), 0)::float8
FROM orchestrations
WHERE ended_at IS NULL AND deadline_at < replwright_now() AND schema_version <= {ROW_VERSION}
"""  # noqa: S608
_NEWER = f"SELECT count(*) FROM orchestrations WHERE schema_version > {ROW_VERSION}"  # noqa: S608


@dataclass(frozen=True, slots=True)
class LiveProcess:
    """One process that nobody has given up. `silent_s` is the age of its last heartbeat, `age_s` its own."""

    id: int
    kind: str
    node: str
    pid: int
    release: str
    queues: tuple[str, ...]
    problems: tuple[str, ...]
    age_s: float
    silent_s: float


@dataclass(frozen=True, slots=True)
class Health:
    """Orchestrations by status (every status is there), the live processes, open REPL tasks.

    `overdue_s` is how long the deadline of some open orchestration has been over: a sweep would have ended it.
    `newer` are the orchestrations of a newer release, which this one leaves alone.
    """

    orchestrations: Mapping[Status, int]
    live: tuple[LiveProcess, ...]
    tasks_pending: int
    tasks_running: int
    overdue_s: float
    newer: int = 0

    @property
    def processes(self) -> Mapping[str, int]:
        """Live processes by kind."""
        return Counter(each.kind for each in self.live)

    @property
    def open_orchestrations(self) -> int:
        return sum(self.orchestrations[status] for status in Status if not status.is_terminal)


def read_health(connection: Connection) -> Health:
    found = {row.status: row.how_many for row in connection.execute(text(_STATUSES))}
    tasks = connection.execute(text(_TASKS)).one()
    return Health(
        orchestrations={status: found.get(status.value, 0) for status in Status},
        live=tuple(
            LiveProcess(**{**row, "queues": tuple(row["queues"]), "problems": tuple(row["problems"])})
            for row in connection.execute(text(_LIVE)).mappings()
        ),
        tasks_pending=tasks.pending,
        tasks_running=tasks.running,
        overdue_s=connection.execute(text(_OVERDUE)).scalar_one(),
        newer=connection.execute(text(_NEWER)).scalar_one(),
    )
