"""One sweep: many short transactions, none of which waits for another sweeper or for a lander."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine

from models.queries import heartbeat, retention, sweep, sweep_find, sweep_tasks
from models.timing import Timing
from models.transactions import transact
from orchestration.records import Hint, Swept

Result = TypeVar("Result")


@dataclass(slots=True)
class Sweep:
    """Looks at most at `limit` rows of each kind. Anything that it leaves, the next sweep finds."""

    engine: Engine
    timing: Timing
    limit: int
    hints: list[Hint] = field(default_factory=list)

    def run(self) -> Swept:
        self._do(heartbeat.give_up_silent, self.limit, self.timing)
        ended = sum(
            self._do(sweep.end_overdue, found) for found in self._do(sweep_find.overdue_orchestrations, self.limit)
        )
        poisoned, steps = self._steps()
        tasks, closed = self._tasks()
        closed += self._waiting()
        nudges = self._do(sweep.nudge_ready, self.limit, self.timing)
        self._do(retention.forget_old, self.limit, self.timing)
        return Swept(
            ended=ended + poisoned,
            steps_returned=steps,
            tasks_returned=tasks,
            closed=closed,
            nudged=len(nudges),
            hints=tuple(dict.fromkeys((*self.hints, *nudges))),
        )

    def _steps(self) -> tuple[int, int]:
        ended = returned = 0
        for row in self._do(sweep_find.lost_steps, self.limit):
            over, hints = self._do(sweep.return_lost_step, row.orchestration_id, row.id, self.timing)
            ended += over
            returned += bool(hints)
            self.hints += hints
        return ended, returned

    def _tasks(self) -> tuple[int, int]:
        returned = closed = 0
        for orchestration_id in self._do(sweep_find.orchestrations_with_lost_tasks, self.limit):
            tasks, steps, hints = self._do(sweep_tasks.return_lost_tasks, orchestration_id, self.timing)
            returned += tasks
            closed += steps
            self.hints += hints
        return returned, closed

    def _waiting(self) -> int:
        closed = 0
        for row in self._do(sweep_find.quiet_waiting_steps, self.limit):
            done, hints = self._do(sweep.look_at_waiting, row.orchestration_id, row.id, self.timing)
            closed += done
            self.hints += hints
        return closed

    def _do(self, query: Callable[..., Result], *values: Any) -> Result:
        def work(connection: Connection) -> Result:
            return query(connection, *values)

        return transact(self.engine, work)
