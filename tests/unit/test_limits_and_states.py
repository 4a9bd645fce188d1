"""Limits refuse what makes no sense, by name; the moves between states leave no way out of an end."""

import math
import pickle

import pytest

from orchestration.errors import BadInput, ExitCode, ModelFailure, ReplwrightError, ServiceMissing
from orchestration.limits import Limits
from orchestration.retry import MAX_RETRY_AFTER_S, delay_s
from orchestration.states import STATUS_MOVES, STEP_MOVES, TASK_MOVES, TERMINAL, Reason, Status


@pytest.mark.parametrize("value", [0, -1, math.nan, math.inf, 10**9])
def test_a_deadline_that_makes_no_sense_is_refused_by_name(value: float) -> None:
    with pytest.raises(BadInput, match=r"deadline_s: .* is outside .*give a deadline_s from") as caught:
        Limits(deadline_s=value)
    assert caught.value.exit_code is ExitCode.BAD_INPUT


def test_more_than_two_hundred_spawns_a_step_are_refused() -> None:
    with pytest.raises(BadInput, match="max_spawns_per_step"):
        Limits(max_spawns_per_step=201)


def test_everything_reaches_a_terminal_status_and_only_a_retry_leaves_one() -> None:
    by_retry = {Status.QUEUED, Status.WAITING}
    for status in Status:
        assert status.is_terminal == (status in TERMINAL)
        if status.is_terminal:
            assert STATUS_MOVES[status] == (set() if status is Status.SUCCEEDED else by_retry)
        else:
            assert STATUS_MOVES[status] >= TERMINAL


def test_every_state_named_as_a_target_has_moves_of_its_own() -> None:
    for moves in (STATUS_MOVES, STEP_MOVES, TASK_MOVES):
        assert {target for targets in moves.values() for target in targets} <= set(moves)


def test_every_reason_means_one_terminal_status() -> None:
    assert {reason for reason in Reason if reason.status is Status.SUCCEEDED} == {Reason.ANSWERED, Reason.PARTIAL}
    assert {reason for reason in Reason if reason.status is Status.CANCELLED} == {Reason.CANCELLED}
    assert all(reason.status.is_terminal for reason in Reason)


def test_a_retry_waits_as_long_as_the_server_asked_within_reason_else_ever_longer() -> None:
    assert delay_s(1, 7.0) == 7.0
    assert delay_s(1, 10**9) == MAX_RETRY_AFTER_S
    assert delay_s(1, None) < delay_s(2, None) < delay_s(3, None)
    assert delay_s(99, None) == delay_s(100, None)


@pytest.mark.parametrize(
    "error",
    [
        BadInput("question", "is empty", "ask"),
        ServiceMissing("Ray is away", "start it"),
        ModelFailure("429", retryable=True, retry_after_s=3),
    ],
)
def test_an_error_arrives_whole_in_another_process(error: ReplwrightError) -> None:
    arrived = pickle.loads(pickle.dumps(error))
    assert str(arrived) == str(error)
    assert vars(arrived) == vars(error)
