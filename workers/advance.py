"""What `plan` and `resume` do alike: claim the step that is due, take the model's turn, tell who comes next."""

from typing import Any
from uuid import UUID

from orchestration.errors import Fenced, OrchestrationFailed
from orchestration.states import Status
from orchestration.turn import Again, End, Planned, StepHeld, take_turn
from workers import wiring
from workers.process import current_process


def advance(request: Any, orchestration_id: str) -> str:
    """Move one orchestration on by one step; what happened, for Flower.

    Raises OrchestrationFailed after the commit that ended it badly, so that operators see a failed task.
    """
    ledger = wiring.ledger()
    claim = ledger.claim_step(UUID(orchestration_id), current_process().id, request.id)
    if claim is None:
        return "nothing due"
    try:
        outcome = take_turn(ledger, wiring.model(), claim)
    except Fenced as error:
        return f"given up: {error}"
    except StepHeld as error:
        current_process().release_when_possible(error.claim)
        return f"will be given back: {error.what}"
    match outcome:
        case Again(why):
            return f"will be tried again: {why}"
        case Planned(hints):
            wiring.hints().send(hints)
            return f"step {claim.ordinal} planned"
        case End(reason, answer, detail):
            if reason.status is Status.FAILED:
                raise OrchestrationFailed(f"{orchestration_id} failed: {reason.value}: {detail or answer}")
            return reason.value
