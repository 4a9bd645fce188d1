"""What follows when an attempt at a step came to nothing: another one later, or the end at a cap."""

from sqlalchemy import Connection, text

from models.queries.end import end
from models.queries.events import emit
from models.queries.locks import Locked
from orchestration.states import EventName, Reason

_LAST_FAILURE = """
SELECT failure FROM model_calls
WHERE orchestration_id = :orchestration AND step_id = :step AND plan_attempt = :attempt AND failure IS NOT NULL
ORDER BY id DESC LIMIT 1
"""
_RETURN = """
UPDATE steps
SET status = 'ready', tries = greatest(0, tries - :given_back), losses = losses + :lost, process_id = NULL,
    claim = NULL, claimed_until = NULL, nudges = 0,
    due_at = replwright_now() + make_interval(secs => :delay_s),
    nudge_at = replwright_now() + make_interval(secs => :nudge_s)
WHERE id = :step
"""
_QUEUED = "UPDATE orchestrations SET status = 'queued' WHERE id = :id"


def last_failure(connection: Connection, locked: Locked, step_id: int, plan_attempt: int) -> str | None:
    """How the model failed in this attempt, if it did."""
    asked = {"orchestration": locked.id, "step": step_id, "attempt": plan_attempt}
    return connection.execute(text(_LAST_FAILURE), asked).scalar_one_or_none()


def give_up(
    connection: Connection, locked: Locked, step_id: int, plan_attempt: int, detail: str, why: str | None = None
) -> None:
    """End the orchestration: `model_error` if the last attempt recorded that the model failed, else `poisoned`.

    `why` says how the last attempt ended, unless that was the model's failure.
    """
    failure = last_failure(connection, locked, step_id, plan_attempt)
    if failure is None:
        end(connection, locked, Reason.POISONED, detail=detail, why=why)
    else:
        end(connection, locked, Reason.MODEL_ERROR, detail=f"{detail}; the last: {failure}", why=failure)


def return_step(
    connection: Connection,
    locked: Locked,
    step_id: int,
    ordinal: int,
    why: str,
    *,
    given_back: bool,
    lost: bool = False,
    delay_s: float = 0.0,
    nudge_s: float = 0.0,
) -> None:
    """The step is ready again, from `delay_s` seconds on; the sweeper hints `nudge_s` seconds from now."""
    connection.execute(
        text(_RETURN),
        {
            "step": step_id,
            "given_back": int(given_back),
            "lost": int(lost),
            "delay_s": delay_s,
            "nudge_s": max(delay_s, nudge_s),
        },
    )
    connection.execute(text(_QUEUED), {"id": locked.id})
    emit(connection, locked.id, (EventName.RELEASED, {"step": ordinal, "why": why, "delay_s": delay_s}))
