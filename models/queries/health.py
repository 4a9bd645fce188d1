"""What `status` and `doctor` ask: how much is open, which processes live, and what they say."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, text

from models.rows import ROW_VERSION

# By the index of open ones: what has ended costs nothing.
_OPEN = "SELECT count(*) FROM orchestrations WHERE ended_at IS NULL"
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
    """Orchestrations that have not ended, the live processes, open REPL tasks.

    `overdue_s` is how long the deadline of some open orchestration has been over: a sweep would have ended it.
    `newer` are the orchestrations of a newer release, which this one leaves alone.
    """

    open_orchestrations: int
    live: tuple[LiveProcess, ...]
    tasks_pending: int
    tasks_running: int
    overdue_s: float
    newer: int = 0

    @property
    def processes(self) -> Mapping[str, int]:
        """Live processes by kind."""
        return Counter(each.kind for each in self.live)


def read_health(connection: Connection) -> Health:
    tasks = connection.execute(text(_TASKS)).one()
    return Health(
        open_orchestrations=connection.execute(text(_OPEN)).scalar_one(),
        live=tuple(
            LiveProcess(**{**row, "queues": tuple(row["queues"]), "problems": tuple(row["problems"])})
            for row in connection.execute(text(_LIVE)).mappings()
        ),
        tasks_pending=tasks.pending,
        tasks_running=tasks.running,
        overdue_s=connection.execute(text(_OVERDUE)).scalar_one(),
        newer=connection.execute(text(_NEWER)).scalar_one(),
    )
