"""What `plan` and `resume` do alike: claim the step that is due, take the model's turn, tell who comes next."""

import logging
from typing import Any
from uuid import UUID

from orchestration.errors import Fenced, ModelFailure, OrchestrationFailed
from orchestration.retry import delay_s
from orchestration.states import Reason, Status
from orchestration.turn import End, take_turn
from workers import wiring
from workers.process import current_process

log = logging.getLogger(__name__)


def advance(request: Any, orchestration_id: str) -> str:
    """Move one orchestration on by one step; what happened, for Flower.

    Raises OrchestrationFailed after the commit that ended it badly, so that operators see a failed task.
    """
    ledger = wiring.ledger()
    claim = ledger.claim_step(UUID(orchestration_id), current_process().id, request.id)
    if claim is None:
        return "nothing due"
    try:
        end, hints = take_turn(ledger, wiring.model(), claim)
    except Fenced as error:
        return f"given up: {error}"
    except ModelFailure as failure:
        if failure.retryable:
            ledger.release_step(claim, graceful=False, delay_s=delay_s(claim.tries, failure.retry_after_s))
            return f"model: {failure}; will be tried again"
        end, hints = End(Reason.MODEL_ERROR, detail=str(failure)), ()
        ledger.finish(claim, end.reason, end.answer, end.detail)
    except BaseException:
        ledger.release_step(claim, graceful=False)
        raise
    wiring.hints().send(hints)
    if end is None:
        return f"step {claim.ordinal} planned"
    if end.reason.status is Status.FAILED:
        raise OrchestrationFailed(f"{orchestration_id} failed: {end.reason.value}: {end.detail or end.answer}")
    return end.reason.value
