"""What may be tried again, from where, and which replies are asked for anew."""

import pytest

from orchestration.again import ASKED_ANEW, check_retry, chosen_step, first_call_after
from orchestration.errors import BadInput, ExitCode
from orchestration.states import Reason, Status

FAILED = [reason for reason in Reason if reason.status is not Status.SUCCEEDED]


@pytest.mark.parametrize("reason", FAILED)
def test_only_replies_that_led_to_the_end_are_asked_for_anew(reason: Reason) -> None:
    led_there = {"invalid_plan", "not_understood", "poisoned", "step_limit", "budget_exhausted", "state_lost"}
    assert (reason in ASKED_ANEW) == (reason.value in led_there)
    assert first_call_after(reason, 1, 4) == (4 if reason in ASKED_ANEW else 1)


@pytest.mark.parametrize("reason", FAILED)
def test_whatever_failed_or_was_cancelled_may_be_tried_again_but_for_bad_input(reason: Reason) -> None:
    if reason is Reason.BAD_INPUT:
        with pytest.raises(BadInput, match="submit it again with corrected data"):
            check_retry(reason.status, reason, later_in_session=False)
    else:
        check_retry(reason.status, reason, later_in_session=False)


@pytest.mark.parametrize(
    ("status", "reason", "later", "words"),
    [
        (Status.WAITING, None, False, "it is still waiting; wait until it has ended, or cancel it first"),
        (Status.SUCCEEDED, Reason.PARTIAL, False, r"it has succeeded \(partial\); fork it"),
        (Status.CANCELLED, Reason.CANCELLED, True, "its session went on after it; submit the question again"),
    ],
)
def test_a_retry_that_cannot_help_names_what_does(
    status: Status, reason: Reason | None, later: bool, words: str
) -> None:
    with pytest.raises(BadInput, match=words) as caught:
        check_retry(status, reason, later_in_session=later)
    assert caught.value.exit_code is ExitCode.BAD_INPUT


@pytest.mark.parametrize(("asked", "found"), [(None, 3), (1, 1), (3, 3)])
def test_a_fork_takes_the_step_that_was_asked_for_else_the_last(asked: int | None, found: int) -> None:
    assert chosen_step(asked, 3, Reason.ANSWERED, Status.SUCCEEDED) == found


@pytest.mark.parametrize(
    ("asked", "last", "reason", "words"),
    [
        (0, 3, Reason.ANSWERED, "step: 0 is outside 1 to 3; give a step from 1 to 3"),
        (4, 3, Reason.ANSWERED, "step: 4 is outside 1 to 3"),
        (1, 0, Reason.BAD_INPUT, r"it ended \(bad_input\) before its first step; submit"),
        (1, 1, None, "it is still failed; wait"),
    ],
)
def test_a_fork_from_nowhere_is_refused(asked: int, last: int, reason: Reason | None, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        chosen_step(asked, last, reason, Status.FAILED)
