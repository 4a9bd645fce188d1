"""Claim the step that is due, under a fence."""

from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, text

from models.queries.attempts import give_up
from models.queries.events import emit
from models.queries.locks import Locked, limits_of, lock_orchestration
from models.queries.overdue import end_if_overdue
from models.queries.supersede import supersede_tasks
from models.timing import Timing
from orchestration.records import StepClaim
from orchestration.states import EventName

_LIVE = "SELECT EXISTS (SELECT FROM processes WHERE id = :process AND ended_at IS NULL)"
_EARLIER = """
SELECT EXISTS (SELECT FROM orchestrations
               WHERE session_id = :session AND session_number < :number AND ended_at IS NULL)
"""
_SPENT = """
SELECT id, tries, plan_attempt FROM steps WHERE orchestration_id = :id AND status = 'ready' AND tries >= :most
"""
_CLAIM = """
UPDATE steps
SET status = 'planning', plan_attempt = plan_attempt + 1, tries = tries + 1, nudges = 0, process_id = :process,
    claim = :claim, claimed_until = replwright_now() + make_interval(secs => :claim_s), task_id = :task
WHERE orchestration_id = :id AND status = 'ready' AND due_at <= replwright_now()
RETURNING id, ordinal, plan_attempt, tries, first_call
"""
_OURS = """
SELECT id, ordinal, plan_attempt, tries, first_call FROM steps
WHERE orchestration_id = :id AND status = 'planning' AND claim = :claim
"""
_PLANNING = "UPDATE orchestrations SET status = 'planning' WHERE id = :id"


def claim_step(
    connection: Connection, orchestration_id: UUID, process_id: int, task_id: str | None, claim: UUID, timing: Timing
) -> StepClaim | None:
    """The right to plan the step that is due, or None: nothing is due, somebody has it, or it may not be yet.

    `claim` is made by the caller, so that a second run after an unknown commit finds its own.
    """
    locked = lock_orchestration(connection, orchestration_id)
    if locked is None or locked.is_terminal:
        return None
    ours = connection.execute(text(_OURS), {"id": locked.id, "claim": claim}).one_or_none()
    if ours is not None:
        return _claim(locked, ours, process_id)
    if not connection.execute(text(_LIVE), {"process": process_id}).scalar() or _must_wait(connection, locked):
        return None
    # What its deadline cut off is no result to answer from, and no model is asked for nothing.
    if end_if_overdue(connection, locked):
        return None
    most = limits_of(connection, locked.id).max_attempts
    spent = connection.execute(text(_SPENT), {"id": locked.id, "most": most}).one_or_none()
    if spent is not None:
        give_up(connection, locked, spent.id, spent.plan_attempt, f"{spent.tries} attempts at this step failed")
        return None
    row = connection.execute(
        text(_CLAIM),
        {
            "id": locked.id,
            "process": process_id,
            "claim": claim,
            "claim_s": timing.step_claim_s,
            "task": task_id,
        },
    ).one_or_none()
    if row is None:
        return None
    supersede_tasks(connection, locked.id, row.id, row.plan_attempt)
    connection.execute(text(_PLANNING), {"id": locked.id})
    emit(
        connection,
        locked.id,
        (
            EventName.PLANNING,
            {"step": row.ordinal, "plan_attempt": row.plan_attempt, "tries": row.tries, "process": process_id},
        ),
    )
    return _claim(locked, row, process_id)


def _claim(locked: Locked, row: Row[Any], process_id: int) -> StepClaim:
    return StepClaim(locked.id, row.id, row.ordinal, row.plan_attempt, process_id, row.tries, row.first_call)


def _must_wait(connection: Connection, locked: Locked) -> bool:
    """One orchestration of a session is active at a time, in the order of their numbers."""
    if locked.session_id is None:
        return False
    values = {"session": locked.session_id, "number": locked.session_number}
    return bool(connection.execute(text(_EARLIER), values).scalar())
