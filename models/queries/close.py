"""Close a step whose last task has landed, and make the next one due: exactly once, whoever comes last."""

from sqlalchemy import Connection, text

from models.queries.end import end
from models.queries.events import emit
from models.queries.hints import step_hint
from models.queries.locks import Locked
from models.queries.profiles import keep_profiles
from models.timing import Timing
from orchestration.records import Hint
from orchestration.states import EventName, Reason

# No counter of landed results: two landers that each count "one still open" would both leave.
_CLOSE = """
UPDATE steps SET status = 'landed', claimed_until = NULL
WHERE id = :step AND status = 'waiting' AND NOT EXISTS (
    SELECT FROM repl_tasks task
    WHERE task.orchestration_id = :orchestration AND task.step_id = steps.id
      AND task.plan_attempt = steps.plan_attempt AND task.state IN ('pending', 'running'))
RETURNING ordinal, task_id
"""
_NEXT = """
INSERT INTO steps (orchestration_id, ordinal, status, parent_task_id, nudge_at)
VALUES (:orchestration, :ordinal, 'ready', :parent, replwright_now() + make_interval(secs => :nudge_s))
"""
_QUEUED = "UPDATE orchestrations SET status = 'queued' WHERE id = :id"


def close(connection: Connection, locked: Locked, step_id: int, timing: Timing) -> tuple[Hint, ...]:
    """Hints for the next step, if this call closed the step. The caller holds the orchestration's lock."""
    row = connection.execute(text(_CLOSE), {"step": step_id, "orchestration": locked.id}).one_or_none()
    if row is None:
        return ()
    emit(connection, locked.id, (EventName.STEP_LANDED, {"step": row.ordinal}))
    if row.ordinal == 0 and (unreadable := keep_profiles(connection, locked.id, step_id)):
        end(connection, locked, Reason.BAD_INPUT, detail=unreadable)
        return ()
    connection.execute(
        text(_NEXT),
        {
            "orchestration": locked.id,
            "ordinal": row.ordinal + 1,
            "parent": row.task_id,
            "nudge_s": timing.nudge_s,
        },
    )
    connection.execute(text(_QUEUED), {"id": locked.id})
    return (step_hint(locked, row.ordinal + 1, row.task_id),)
