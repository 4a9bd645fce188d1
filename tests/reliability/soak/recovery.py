"""Time to recover, and what it means.

(a) `served_s`: from the fault until the service serves again. A worker, beat or host: its new incarnation is in the
    ledger. The Ray head: a new host is. PostgreSQL: a server that started after the fault answers. The broker:
    the new one does.
(b) `recovered_s`: from the fault until every step and REPL task that the dead process held at that moment is claimed
    again, landed or ended; that somebody may claim it is not enough. PostgreSQL: until the first event of a job after
    it. The broker: until the first step is claimed after it serves again; emptied: until every step that was due is.
"""

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from tests.reliability.soak.schedule import Fault

GIVEN_UP_S = 240.0
GOALS_S: Mapping[Fault, float] = {
    Fault.PLAN: 10.0,
    Fault.DISPATCH: 10.0,
    Fault.BEAT: 10.0,
    Fault.HOST: 10.0,
    Fault.RAY: 20.0,
    Fault.GCS: 20.0,
    Fault.POSTGRES: 20.0,
    Fault.POSTGRES_QUIT: 20.0,
    Fault.POSTGRES_FAST: 20.0,
}

STEP, TASK = "step", "task"
HELD = """
SELECT 'step' AS what, id, plan_attempt AS fence FROM steps WHERE status = 'planning' AND process_id = ANY(:processes)
UNION ALL
SELECT 'task', id, attempt FROM repl_tasks WHERE state = 'running' AND process_id = ANY(:processes)
"""
DUE = """
SELECT 'step' AS what, step.id, step.plan_attempt AS fence
FROM steps step JOIN orchestrations job ON job.id = step.orchestration_id
WHERE step.status = 'ready' AND step.due_at <= replwright_now() AND NOT EXISTS (
    SELECT FROM orchestrations earlier WHERE earlier.session_id = job.session_id
      AND earlier.session_number < job.session_number AND earlier.ended_at IS NULL)
"""
NOW = """
SELECT 'step' AS what, id, plan_attempt AS fence, status AS state FROM steps WHERE id = ANY(:steps)
UNION ALL
SELECT 'task', id, attempt, state FROM repl_tasks WHERE id = ANY(:tasks)
"""
_MOVED_ON = {
    STEP: frozenset({"waiting", "landed", "done", "failed"}),
    TASK: frozenset({"done", "cancelled", "superseded"}),
}


@dataclass(frozen=True, slots=True)
class Held:
    """A step or a task at the moment of a fault, under this fence."""

    what: str
    id: int
    fence: int


@dataclass(frozen=True, slots=True)
class Now:
    """The same a while later."""

    what: str
    id: int
    fence: int
    state: str


def still_held(held: Iterable[Held], now: Iterable[Now]) -> frozenset[Held]:
    """What is neither claimed again nor landed nor ended."""
    found = {(each.what, each.id): each for each in now}
    return frozenset(
        each
        for each in held
        if (later := found.get((each.what, each.id))) is not None
        and later.fence <= each.fence
        and later.state not in _MOVED_ON[each.what]
    )


@dataclass(slots=True)
class Struck:
    """One fault: whether it hit, and how long it took to recover (seconds; None: not, or there is no such thing).

    `alone`: nothing else was broken from its moment until it was recovered from.
    """

    fault: Fault
    pid: int | None = None
    hit: bool = False
    why: str = ""
    held: int = 0
    alone: bool = True
    served_s: float | None = None
    recovered_s: float | None = None
    lost: bool = False
    at: float = field(default_factory=time.monotonic)
    moment: datetime = field(default_factory=lambda: datetime.now(UTC))


@dataclass(slots=True)
class Watch:
    """Looks whether a fault is recovered from. `serves` and `moves` are asked until they say so; None: not asked."""

    struck: Struck
    serves: Callable[[], bool] | None = None
    moves: Callable[[], bool] | None = None

    def look(self, now: float) -> bool:
        """True once there is nothing to wait for any more. `now` is of the monotonic clock."""
        struck = self.struck
        if self.serves is not None and struck.served_s is None and self.serves():
            struck.served_s = round(time.monotonic() - struck.at, 2)
        if self.moves is not None and struck.recovered_s is None and self.moves():
            struck.recovered_s = round(time.monotonic() - struck.at, 2)
        over = (self.serves is None or struck.served_s is not None) and (
            self.moves is None or struck.recovered_s is not None
        )
        struck.lost = not over and now - struck.at > GIVEN_UP_S
        return over or struck.lost
