"""Begin a repair: the rejected plan is superseded, and the same claim goes on under a higher fence."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from sqlalchemy import Connection, text

from models.queries.events import emit
from models.queries.locks import fence, lock_for
from models.queries.supersede import supersede_tasks
from models.timing import Timing
from orchestration.records import StepClaim
from orchestration.states import EventName

_REPAIR = """
UPDATE steps SET plan_attempt = plan_attempt + 1, claim = :claim,
                 claimed_until = replwright_now() + make_interval(secs => :claim_s)
WHERE id = :step RETURNING plan_attempt
"""

MAX_PROBLEMS = 20
MAX_PROBLEM_CHARS = 500


def start_repair(
    connection: Connection, claim: StepClaim, problems: Sequence[str], token: UUID, timing: Timing
) -> StepClaim:
    """The claim to go on with. Raises Fenced. `token` finds what a first run committed."""
    locked, step = lock_for(connection, claim)
    if step.claim == token and step.status == "planning" and not locked.is_terminal:
        return replace(claim, plan_attempt=step.plan_attempt)
    fence(locked, step, claim)
    attempt = connection.execute(
        text(_REPAIR), {"step": claim.step_id, "claim": token, "claim_s": timing.step_claim_s}
    ).scalar_one()
    supersede_tasks(connection, locked.id, claim.step_id, attempt)
    shown = [problem[:MAX_PROBLEM_CHARS] for problem in problems[:MAX_PROBLEMS]]
    emit(connection, locked.id, (EventName.PLAN_REJECTED, {"step": claim.ordinal, "problems": shown}))
    return replace(claim, plan_attempt=attempt)
