"""The planner ends the orchestration: with an answer, or with the reason why there is none."""

from sqlalchemy import Connection, text

from models.queries.end import end
from models.queries.locks import fence, lock_for
from orchestration.records import StepClaim
from orchestration.states import Reason

_DONE = "UPDATE steps SET status = 'done', claimed_until = NULL WHERE id = :step"


def finish(connection: Connection, claim: StepClaim, reason: Reason, answer: str | None, detail: str | None) -> None:
    """Raises Fenced. Only a finish makes a step `done`, so a second run knows its own first one."""
    locked, step = lock_for(connection, claim)
    if step.status == "done" and step.plan_attempt == claim.plan_attempt and step.process_id == claim.process_id:
        return
    fence(locked, step, claim)
    connection.execute(text(_DONE), {"step": claim.step_id})
    end(connection, locked, reason, answer, detail)
