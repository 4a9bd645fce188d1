"""Commit a plan: its REPL tasks and its message to the user, in one transaction, under the fence."""

from collections.abc import Sequence

from sqlalchemy import Connection, text

from models.queries.close import close
from models.queries.end import end
from models.queries.events import emit
from models.queries.hints import dispatch_hint
from models.queries.insert_tasks import NewTask, insert_tasks
from models.queries.locks import Locked, fence, limits_of, lock_for
from models.queries.quota import count_tasks
from models.queries.seats import take_seats
from models.text import clean
from models.timing import Timing
from orchestration.limits import Limits, TaskLimits
from orchestration.records import Hint, PlanCommit, StepClaim
from orchestration.states import EventName, Reason
from orchestration.tools import SpawnREPL

_WAIT = """
UPDATE steps
SET status = 'waiting', claimed_until = NULL, nudges = 0,
    nudge_at = replwright_now() + make_interval(secs => :nudge_s)
WHERE id = :step
"""
_WAITING = "UPDATE orchestrations SET status = 'waiting' WHERE id = :id"
_MESSAGE = "INSERT INTO messages (orchestration_id, step_id, text) VALUES (:orchestration, :step, :text)"
_COMMITTED = """
SELECT id, state FROM repl_tasks
WHERE orchestration_id = :orchestration AND step_id = :step AND plan_attempt = :attempt AND state <> 'superseded'
ORDER BY ordinal
"""


def commit_plan(
    connection: Connection, claim: StepClaim, spawns: Sequence[SpawnREPL], progress: str | None, timing: Timing
) -> PlanCommit:
    """The ids of the new tasks and the hints to send. Raises Fenced. A second run finds what the first committed.

    Where the plan is over the tenant's quota, this ends the orchestration instead, and says why.
    """
    locked, step = lock_for(connection, claim)
    if (
        step.status in ("waiting", "landed")
        and step.plan_attempt == claim.plan_attempt
        and step.process_id == claim.process_id
    ):
        return _committed(connection, locked, claim, step.task_id)
    fence(locked, step, claim)
    over = count_tasks(connection, locked, len(spawns))
    if over:
        end(connection, locked, Reason.BUDGET_EXHAUSTED, detail=over)
        return PlanCommit((), refused=over)
    limits = limits_of(connection, locked.id)
    seats = take_seats(connection, locked, [spawn.repl for spawn in spawns])
    tasks = [NewTask(spawn, task_limits(spawn, limits), seat=seat) for spawn, seat in zip(spawns, seats, strict=True)]
    ids = insert_tasks(connection, locked.id, claim.step_id, claim.plan_attempt, "spawn", tasks)
    connection.execute(text(_WAIT), {"step": claim.step_id, "nudge_s": timing.nudge_s})
    connection.execute(text(_WAITING), {"id": locked.id})
    if progress:
        said = {"orchestration": locked.id, "step": claim.step_id, "text": clean(progress)}
        connection.execute(text(_MESSAGE), said)
        emit(connection, locked.id, (EventName.MESSAGE, {"step": claim.ordinal, "text": progress[:4000]}))
    emit(
        connection,
        locked.id,
        (EventName.PLANNED, {"step": claim.ordinal, "tasks": [spawn.task_id for spawn in spawns]}),
    )
    closed = close(connection, locked, claim.step_id, timing)
    dispatched: tuple[Hint, ...] = (dispatch_hint(locked, step.task_id),) if ids and not closed else ()
    return PlanCommit(ids, dispatched + closed)


def task_limits(spawn: SpawnREPL, limits: Limits) -> TaskLimits:
    """The caps of one task: its own timeout, else the orchestration's."""
    timeout_s = limits.task_timeout_s if spawn.timeout_seconds is None else float(spawn.timeout_seconds)
    return TaskLimits(timeout_s=timeout_s, memory_bytes=limits.task_memory_bytes)


def _committed(connection: Connection, locked: Locked, claim: StepClaim, task_id: str | None) -> PlanCommit:
    rows = connection.execute(
        text(_COMMITTED),
        {"orchestration": locked.id, "step": claim.step_id, "attempt": claim.plan_attempt},
    ).all()
    pending = any(row.state == "pending" for row in rows)
    return PlanCommit(tuple(row.id for row in rows), (dispatch_hint(locked, task_id),) if pending else ())
