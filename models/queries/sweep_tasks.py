"""Sweep the tasks of one orchestration whose host died, or that run for too long."""

from uuid import UUID

from sqlalchemy import Connection, text

from models.queries.close import close
from models.queries.end import end
from models.queries.events import emit, task_returned
from models.queries.hints import dispatch_hint
from models.queries.locks import limits_of, try_lock_orchestration
from models.queries.results import INSERT, result_row
from models.queries.stops import stop
from models.timing import Timing
from orchestration.records import Hint
from orchestration.states import ErrorKind, EventName, Reason
from orchestration.tools import REPLResult

_LOST = """
SELECT task.id, task.step_id, step.ordinal AS step, step.task_id AS planner, task.task_id, task.attempt, task.tries,
       task.kind, task.losses, task.process_id, process.id IS NULL OR process.ended_at IS NOT NULL AS lost
FROM repl_tasks task JOIN steps step ON step.id = task.step_id
LEFT JOIN processes process ON process.id = task.process_id
WHERE task.orchestration_id = :orchestration AND task.state = 'running'
  AND (task.claimed_until <= replwright_now() OR process.id IS NULL OR process.ended_at IS NOT NULL)
ORDER BY task.id
"""
_RETURN = """
UPDATE repl_tasks
SET state = 'pending', tries = greatest(0, tries - :given_back), losses = losses + :given_back, process_id = NULL,
    claim = NULL, claimed_until = NULL, started_at = NULL
WHERE id = :id AND state = 'running' AND attempt = :attempt
"""
_CRASHED = """
UPDATE repl_tasks SET state = 'done', losses = losses + :lost, landed_at = replwright_now(), claimed_until = NULL
WHERE id = :id AND state = 'running' AND attempt = :attempt
"""

HOST_DIED, TOO_LONG = "its host died", "no answer within its time"


def return_lost_tasks(
    connection: Connection, orchestration_id: UUID, timing: Timing
) -> tuple[int, int, tuple[Hint, ...]]:
    """(tasks returned, steps closed, hints).

    At a cap a task lands as `crashed`, so that its step can go on; one that reads an input ends its orchestration.
    """
    locked = try_lock_orchestration(connection, orchestration_id)
    if locked is None or locked.is_terminal:
        return 0, 0, ()
    rows = connection.execute(text(_LOST), {"orchestration": orchestration_id}).all()
    limits = limits_of(connection, orchestration_id)
    stop(connection, [(row.process_id, row.id) for row in rows])
    hints: tuple[Hint, ...] = ()
    returned = 0
    for row in rows:
        if row.lost and row.losses + 1 >= limits.max_losses:
            why = f"the task was set aside: {row.losses + 1} hosts died while it ran"
        elif not row.lost and row.tries >= limits.max_attempts:
            why = f"the task was set aside: {row.tries} runs of it did not end in time"
        else:
            values = {"id": row.id, "attempt": row.attempt, "given_back": int(row.lost)}
            connection.execute(text(_RETURN), values)
            how = HOST_DIED if row.lost else TOO_LONG
            emit(connection, orchestration_id, task_returned(row, row.process_id, how))
            hints = (dispatch_hint(locked, row.planner),)
            returned += 1
            continue
        if row.kind == "profile":
            # There is no model yet to be told, and nobody knows whether the input is bad.
            end(connection, locked, Reason.POISONED, detail=f"reading the inputs: {why}")
            return 0, 0, ()
        connection.execute(text(_CRASHED), {"id": row.id, "attempt": row.attempt, "lost": int(row.lost)})
        result = REPLResult(row.task_id, is_success=False, stderr=why, error_kind=ErrorKind.CRASHED)
        connection.execute(text(INSERT), result_row(row.id, row.attempt, row.process_id, result))
        landed = {"step": row.step, "task_id": row.task_id, "is_success": False, "error_kind": "crashed", "why": why}
        emit(connection, orchestration_id, (EventName.TASK_LANDED, landed))
    closed = tuple(
        hint for step_id in sorted({row.step_id for row in rows}) for hint in close(connection, locked, step_id, timing)
    )
    return returned, len(closed), hints + closed
