"""Sweep: put right what no message will. Each function works on one orchestration, whose lock it takes or leaves be."""

from uuid import UUID

from sqlalchemy import Connection, text

from models.queries.attempts import give_up, return_step
from models.queries.close import close
from models.queries.end import end
from models.queries.hints import dispatch_hint, step_hint
from models.queries.locks import limits_of, try_lock_orchestration
from models.queries.overdue import end_if_overdue
from models.rows import ROW_VERSION
from models.timing import Timing
from orchestration.records import Hint
from orchestration.states import Reason

_STEP = """
SELECT step.id, step.ordinal, step.plan_attempt, step.tries, step.losses, step.parent_task_id,
       step.claimed_until <= replwright_now() AS overdue,
       process.id IS NULL OR process.ended_at IS NOT NULL AS lost
FROM steps step LEFT JOIN processes process ON process.id = step.process_id
WHERE step.id = :step AND step.status = 'planning'
"""
_PENDING = """
SELECT EXISTS (SELECT FROM repl_tasks
               WHERE orchestration_id = :orchestration AND step_id = :step AND state = 'pending')
"""
_NUDGE_WAITING = """
UPDATE steps SET nudges = nudges + 1, nudge_at = replwright_now()
    + make_interval(secs => least(CAST(:most_s AS float8), :nudge_s * power(2, least(nudges, 20))))
WHERE id = :step AND status = 'waiting' RETURNING task_id
"""
# Claims nothing and changes no state, so it needs no orchestration's lock: only who is reminded next, and when.
_NUDGE_READY = f"""
WITH quiet AS MATERIALIZED (
    SELECT step.id FROM steps step JOIN orchestrations orchestration ON orchestration.id = step.orchestration_id
    WHERE step.status = 'ready' AND step.nudge_at <= replwright_now() AND step.due_at <= replwright_now()
      AND orchestration.schema_version <= {ROW_VERSION}
      AND NOT EXISTS (
        SELECT FROM orchestrations earlier
        WHERE earlier.session_id = orchestration.session_id AND earlier.session_id IS NOT NULL
          AND earlier.session_number < orchestration.session_number AND earlier.ended_at IS NULL)
    ORDER BY step.nudge_at LIMIT :most FOR NO KEY UPDATE OF step SKIP LOCKED)
UPDATE steps SET nudges = nudges + 1, nudge_at = replwright_now()
    + make_interval(secs => least(CAST(:most_s AS float8), :nudge_s * power(2, least(nudges, 20))))
FROM quiet, orchestrations orchestration
WHERE steps.id = quiet.id AND steps.status = 'ready' AND orchestration.id = steps.orchestration_id
RETURNING steps.orchestration_id, steps.ordinal, steps.parent_task_id, orchestration.root_task_id
"""  # noqa: S608

DIED, TOO_LONG = "its process died", "no answer within its time"


def end_overdue(connection: Connection, orchestration_id: UUID) -> bool:
    """End it if it is past its deadline."""
    locked = try_lock_orchestration(connection, orchestration_id)
    return locked is not None and not locked.is_terminal and end_if_overdue(connection, locked)


def return_lost_step(
    connection: Connection, orchestration_id: UUID, step_id: int, timing: Timing
) -> tuple[bool, tuple[Hint, ...]]:
    """(whether the orchestration ended at a cap, hints). A dead process costs a loss, an overdue claim a try."""
    locked = try_lock_orchestration(connection, orchestration_id)
    if locked is None or locked.is_terminal:
        return False, ()
    step = connection.execute(text(_STEP), {"step": step_id}).one_or_none()
    if step is None or not (step.lost or step.overdue):
        return False, ()
    limits = limits_of(connection, orchestration_id)
    if step.lost and step.losses + 1 >= limits.max_losses:
        end(
            connection,
            locked,
            Reason.POISONED,
            detail=f"{step.losses + 1} processes died while they worked on step {step.ordinal}",
            why=DIED,
        )
        return True, ()
    if not step.lost and step.tries >= limits.max_attempts:
        detail = f"{step.tries} attempts at step {step.ordinal} did not end in time"
        give_up(connection, locked, step.id, step.plan_attempt, detail, TOO_LONG)
        return True, ()
    return_step(
        connection,
        locked,
        step.id,
        step.ordinal,
        DIED if step.lost else TOO_LONG,
        given_back=step.lost,
        lost=step.lost,
        nudge_s=timing.nudge_s,
    )
    return False, (step_hint(locked, step.ordinal, step.parent_task_id),)


def look_at_waiting(
    connection: Connection, orchestration_id: UUID, step_id: int, timing: Timing
) -> tuple[bool, tuple[Hint, ...]]:
    """(whether it could be closed, hints): close it if nothing is open, else remind the hosts of what is pending."""
    locked = try_lock_orchestration(connection, orchestration_id)
    if locked is None or locked.is_terminal:
        return False, ()
    hints = close(connection, locked, step_id, timing)
    times = {"step": step_id, "nudge_s": timing.nudge_s, "most_s": timing.max_nudge_s}
    row = connection.execute(text(_NUDGE_WAITING), times).one_or_none()
    if row is None:
        return True, hints
    of = {"orchestration": orchestration_id, "step": step_id}
    pending = connection.execute(text(_PENDING), of).scalar()
    return False, (dispatch_hint(locked, row.task_id),) if pending else ()


def nudge_ready(connection: Connection, limit: int, timing: Timing) -> tuple[Hint, ...]:
    """Hints for steps that are due and that nobody came for, with back-off, so that a backlog is not re-sent."""
    times = {"most": limit, "nudge_s": timing.nudge_s, "most_s": timing.max_nudge_s}
    rows = connection.execute(text(_NUDGE_READY), times).all()
    return tuple(
        Hint("plan", row.orchestration_id, row.root_task_id, task_id=row.root_task_id)
        if row.ordinal <= 1
        else Hint("resume", row.orchestration_id, row.root_task_id, row.parent_task_id)
        for row in rows
    )
