"""What `plan` and `resume` do alike: claim the step that is due, take the model's turn, tell who comes next."""

from typing import Any
from uuid import UUID

from orchestration.errors import Fenced, OrchestrationFailed
from orchestration.states import Status
from orchestration.turn import Again, End, Planned, StepHeld, Stopped, take_turn
from workers import wiring
from workers.current import current_process


def advance(request: Any, orchestration_id: str) -> str:
    """Move one orchestration on by one step; what happened, for Flower.

    Raises OrchestrationFailed after the commit that ended it badly, so that operators see a failed task.
    """
    ledger, process = wiring.ledger(), current_process()
    if process.leaving:
        # The step stays due, and a sweeper hints another worker within a second or so.
        return "left to others: this process is leaving"
    claim = ledger.claim_step(UUID(orchestration_id), process.id, request.id)
    if claim is None:
        return "nothing due"
    try:
        with process.holding(claim) as interrupt:
            outcome = take_turn(ledger, wiring.model(), claim, interrupt)
    except Fenced as error:
        return f"given up: {error}"
    except StepHeld as error:
        process.release_when_possible(error.claim)
        return f"will be given back: {error.what}"
    match outcome:
        case Again(why):
            return f"will be tried again: {why}"
        case Stopped(why):
            return f"stopped: {why}"
        case Planned(hints):
            wiring.hints().send(hints)
            return f"step {claim.ordinal} planned"
        case End(reason, answer, detail):
            if reason.status is Status.FAILED:
                raise OrchestrationFailed(f"{orchestration_id} failed: {reason.value}: {detail or answer}")
            return reason.value
