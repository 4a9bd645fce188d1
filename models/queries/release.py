"""Give claimed work back: a step after a shutdown or a model failure, a host's tasks when it leaves."""

from uuid import UUID

from sqlalchemy import Connection, text

from models.queries.attempts import give_up, last_failure, return_step
from models.queries.events import emit, task_returned
from models.queries.locks import fence, limits_of, lock_for, lock_orchestration
from orchestration.errors import Fenced
from orchestration.records import StepClaim

_STEPS = """
SELECT orchestration_id, id, ordinal, plan_attempt FROM steps WHERE status = 'planning' AND process_id = :process
"""
_RUNNING = """
SELECT DISTINCT orchestration_id FROM repl_tasks WHERE state = 'running' AND process_id = :process
ORDER BY orchestration_id
"""
_TASKS = """
UPDATE repl_tasks task
SET state = 'pending', tries = greatest(0, task.tries - 1), process_id = NULL, claim = NULL, claimed_until = NULL,
    started_at = NULL
FROM steps step
WHERE task.orchestration_id = :orchestration AND task.state = 'running' AND task.process_id = :process
  AND step.id = task.step_id
RETURNING step.ordinal AS step, task.id, task.task_id, task.attempt
"""

SHUTDOWN, FAILED = "shutdown", "the attempt failed"


def release_step(connection: Connection, claim: StepClaim, *, graceful: bool, delay_s: float = 0.0) -> None:
    """Graceful: the try is given back. Else it counts, and at the cap the orchestration ends. Nothing if fenced."""
    try:
        locked, step = lock_for(connection, claim)
        fence(locked, step, claim)
    except Fenced:
        return
    if not graceful and step.tries >= limits_of(connection, locked.id).max_attempts:
        detail = f"{step.tries} attempts at step {step.ordinal} failed"
        give_up(connection, locked, step.id, step.plan_attempt, detail, FAILED)
        return
    failure = last_failure(connection, locked, step.id, step.plan_attempt)
    why = SHUTDOWN if graceful else failure or FAILED
    return_step(connection, locked, step.id, step.ordinal, why, given_back=graceful, delay_s=delay_s, nudge_s=0.0)


def claims_of(connection: Connection, process_id: int) -> list[StepClaim]:
    """The steps that a process holds."""
    rows = connection.execute(text(_STEPS), {"process": process_id})
    return [StepClaim(row.orchestration_id, row.id, row.ordinal, row.plan_attempt, process_id) for row in rows]


def orchestrations_running_on(connection: Connection, process_id: int) -> list[UUID]:
    """The orchestrations with tasks that run on a host."""
    return list(connection.execute(text(_RUNNING), {"process": process_id}).scalars())


def release_tasks(connection: Connection, orchestration_id: UUID, process_id: int) -> int:
    """Tasks of this orchestration that ran on this host are pending again. Returns how many."""
    locked = lock_orchestration(connection, orchestration_id)
    if locked is None or locked.is_terminal:
        return 0
    rows = connection.execute(text(_TASKS), {"orchestration": orchestration_id, "process": process_id}).all()
    emit(connection, locked.id, *(task_returned(row, process_id, SHUTDOWN) for row in sorted(rows, key=lambda r: r.id)))
    return len(rows)
