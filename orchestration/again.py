"""What may be tried again after its end, and what of it the model is asked anew. Pure."""

from orchestration.errors import BadInput
from orchestration.states import Reason, Status

# The reply itself led here, so that reading it again would only lead here again.
ASKED_ANEW = frozenset(
    {
        Reason.INVALID_PLAN,
        Reason.NOT_UNDERSTOOD,
        Reason.POISONED,
        Reason.STEP_LIMIT,
        Reason.BUDGET_EXHAUSTED,
        Reason.STATE_LOST,
    }
)


def first_call_after(reason: Reason, first_call: int, next_call: int) -> int:
    """Where the calls of a step begin that is tried again: at `next_call`, which nobody made yet, or where they did."""
    return next_call if reason in ASKED_ANEW else first_call


def check_retry(status: Status, reason: Reason | None, *, later_in_session: bool) -> None:
    """Raises BadInput, with the remedy, for what a retry cannot help."""
    if reason is None:
        raise BadInput("id", f"it is still {status.value}", "wait until it has ended, or cancel it first")
    if status is Status.SUCCEEDED:
        raise BadInput("id", f"it has succeeded ({reason.value})", "fork it to go on from one of its steps")
    if reason is Reason.BAD_INPUT:
        raise BadInput("id", "its data cannot be read, now as then", "submit it again with corrected data")
    if later_in_session:
        raise BadInput("id", "its session went on after it", "submit the question again in the session")


def chosen_step(step: int | None, last: int, reason: Reason | None, status: Status) -> int:
    """The step that a fork goes on from; None asks for the last one. Raises BadInput, with the remedy."""
    if reason is None:
        raise BadInput("id", f"it is still {status.value}", "wait until it has ended, or cancel it first")
    if last < 1:
        raise BadInput("id", f"it ended ({reason.value}) before its first step", "submit the question again")
    if step is None:
        return last
    if not 1 <= step <= last:
        raise BadInput("step", f"{step} is outside 1 to {last}", f"give a step from 1 to {last}")
    return step
