"""A host claims REPL tasks for its free slots, and then reads what they need."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, text

from models.queries.events import emit
from models.queries.limits import task_limits_from
from models.queries.locks import lock_orchestration
from models.queries.results import COLUMNS, result_from
from models.timing import Timing
from orchestration.records import ClaimedTask, Input
from orchestration.states import EventName
from orchestration.tools import REPLResult, SpawnREPL, TaskType

_LIVE = "SELECT EXISTS (SELECT FROM processes WHERE id = :process AND ended_at IS NULL)"

# This locks task rows alone and waits for nothing, so the lock order holds. A task whose orchestration ended
# meanwhile is refused at landing.
_CLAIM = """
WITH due AS MATERIALIZED (
    SELECT id FROM repl_tasks WHERE state = 'pending' ORDER BY turn, id LIMIT :free FOR NO KEY UPDATE SKIP LOCKED)
UPDATE repl_tasks task
SET state = 'running', attempt = task.attempt + 1, tries = task.tries + 1, process_id = :process, claim = :claim,
    started_at = replwright_now(), claimed_until = replwright_now() + make_interval(secs => task.timeout_s + :grace_s)
FROM due WHERE task.id = due.id
"""
_CLAIMED = """
SELECT orchestration_id, min(turn) AS turn FROM repl_tasks
WHERE state = 'running' AND process_id = :process AND claim = :claim
GROUP BY orchestration_id ORDER BY turn, orchestration_id
"""
_TASKS = """
SELECT task.id, task.step_id, step.ordinal AS step, task.task_id, task.kind, task.attempt, payload.task_type,
       payload.code, payload.context_data, payload.timeout_seconds, payload.limits, payload.input_position,
       extract(epoch FROM orchestration.deadline_at - replwright_now()) AS seconds_left
FROM repl_tasks task
JOIN steps step ON step.id = task.step_id
JOIN orchestrations orchestration ON orchestration.id = task.orchestration_id
JOIN repl_task_payloads payload ON payload.repl_task_id = task.id
WHERE task.orchestration_id = :orchestration AND task.state = 'running' AND task.process_id = :process
  AND task.claim = :claim
ORDER BY task.turn, task.id
"""
_INPUTS = "SELECT name, blob, size, format FROM inputs WHERE orchestration_id = :orchestration ORDER BY position"
_EARLIER = f"""
SELECT step.ordinal AS step, task.task_id, {COLUMNS}
FROM repl_tasks task
JOIN steps step ON step.id = task.step_id
JOIN repl_task_results result ON result.repl_task_id = task.id
WHERE task.orchestration_id = :orchestration AND task.kind = 'spawn' AND task.state = 'done'
  AND task.plan_attempt = step.plan_attempt AND step.ordinal < :step
ORDER BY step.ordinal, task.ordinal
"""  # noqa: S608


def claim_due(connection: Connection, process_id: int, free: int, claim: UUID, timing: Timing) -> Sequence[UUID]:
    """The orchestrations of which tasks now run under `claim`. A second run after an unknown commit finds its own."""
    ours = {"process": process_id, "claim": claim}
    found = connection.execute(text(_CLAIMED), ours).scalars().all()
    if found or not connection.execute(text(_LIVE), {"process": process_id}).scalar():
        return found
    connection.execute(text(_CLAIM), {**ours, "free": free, "grace_s": timing.task_grace_s})
    return connection.execute(text(_CLAIMED), ours).scalars().all()


def start_claimed(
    connection: Connection, orchestration_id: UUID, process_id: int, claim: UUID
) -> Sequence[ClaimedTask]:
    """The tasks that `claim` took from this orchestration, ready to run; none if it ended meanwhile."""
    locked = lock_orchestration(connection, orchestration_id)
    if locked is None or locked.is_terminal:
        return ()
    ours = {"orchestration": orchestration_id, "process": process_id, "claim": claim}
    rows = connection.execute(text(_TASKS), ours).all()
    if not rows:
        return ()
    emit(
        connection,
        orchestration_id,
        *((EventName.TASK_STARTED, {"step": row.step, "task_id": row.task_id, "attempt": row.attempt}) for row in rows),
    )
    found = connection.execute(text(_INPUTS), {"orchestration": orchestration_id})
    inputs = tuple(Input(row.name, row.blob, row.size, row.format) for row in found)
    earlier: dict[int, tuple[REPLResult, ...]] = defaultdict(tuple)
    for step in {row.step for row in rows if row.step > 1}:
        results = connection.execute(text(_EARLIER), {"orchestration": orchestration_id, "step": step})
        earlier[step] = tuple(result_from(row, row.task_id) for row in results)
    return [_claimed(orchestration_id, row, inputs, earlier[row.step]) for row in rows]


def _claimed(
    orchestration_id: UUID, row: Row[Any], inputs: tuple[Input, ...], earlier: tuple[REPLResult, ...]
) -> ClaimedTask:
    position = row.input_position
    return ClaimedTask(
        id=row.id,
        orchestration_id=orchestration_id,
        step_id=row.step_id,
        attempt=row.attempt,
        kind=row.kind,
        spawn=SpawnREPL(row.task_id, TaskType(row.task_type), row.code, row.context_data, row.timeout_seconds),
        limits=task_limits_from(row.limits, float(row.seconds_left)),
        inputs=inputs if position is None else inputs[position : position + 1],
        earlier=earlier,
    )
