"""Every interleaving of any two of claim, plan commit, dispatch claim, land, close, cancel and sweep."""

import pytest

from models.queries import locks
from orchestration.records import Landed, StepClaim, Submitted
from tests.interleavings.bench import Bench
from tests.interleavings.deeds import (
    Deed,
    State,
    cancel,
    cancelled,
    cancelled_while_planning,
    cancelled_while_running,
    claim,
    close,
    finish,
    fork,
    half_running,
    host_claim,
    land_first,
    land_last,
    last_running,
    last_running_on_a_silent_host,
    lost,
    other_claim,
    other_host_claim,
    overdue,
    pending,
    plan,
    planning,
    planning_again,
    planning_with_a_silent_worker,
    quiet_and_ready,
    ready,
    release,
    repair,
    retry,
    running,
    running_on_a_dead_host,
    running_on_a_silent_host,
    sweep,
    unclosed,
)

# A sweep is many statements, and so its orders are many: the longest three wait for `make faults`.
LONG: list[tuple[State, Deed, Deed]] = [
    (planning_with_a_silent_worker, sweep, sweep),
    (unclosed, sweep, sweep),
    (overdue, retry, sweep),
]
PAIRS: list[tuple[State, Deed, Deed]] = [
    (ready, claim, other_claim),
    (lost, other_claim, plan),
    (planning, claim, plan),
    (pending, other_claim, host_claim),
    (last_running, claim, land_last),
    (unclosed, claim, close),
    (ready, claim, cancel),
    (quiet_and_ready, claim, sweep),
    (planning_with_a_silent_worker, other_claim, sweep),
    (planning, plan, plan),
    (planning, plan, host_claim),
    (planning_again, plan, land_last),
    (planning, plan, close),
    (planning, plan, cancel),
    (planning_with_a_silent_worker, plan, sweep),
    (planning, plan, finish),
    (planning, finish, cancel),
    (planning, repair, cancel),
    (planning, release, other_claim),
    (planning_with_a_silent_worker, finish, sweep),
    (planning_with_a_silent_worker, release, sweep),
    (pending, host_claim, other_host_claim),
    (half_running, other_host_claim, land_last),
    (pending, host_claim, close),
    (pending, other_host_claim, cancel),
    (running_on_a_silent_host, other_host_claim, sweep),
    (running, land_first, land_last),
    (last_running, land_last, land_last),
    (last_running, land_last, close),
    (last_running, land_last, cancel),
    (last_running_on_a_silent_host, land_last, sweep),
    (overdue, land_last, sweep),
    (unclosed, close, close),
    (unclosed, close, cancel),
    (unclosed, close, sweep),
    (running, cancel, cancel),
    (running_on_a_silent_host, cancel, sweep),
    (overdue, cancel, sweep),
    (running_on_a_dead_host, sweep, sweep),
    (running, retry, cancel),
    (cancelled, retry, retry),
    (cancelled, retry, claim),
    (cancelled_while_planning, retry, plan),
    (cancelled_while_planning, retry, finish),
    (cancelled_while_running, retry, land_last),
    (cancelled_while_running, retry, other_host_claim),
    (cancelled_while_running, retry, fork),
]


@pytest.mark.parametrize(
    ("state", "one", "other"),
    [*PAIRS, *(pytest.param(*pair, marks=pytest.mark.slow) for pair in LONG)],
    ids=lambda part: getattr(part, "__name__", str(part)),
)
def test_all_interleavings_keep_the_promises(bench: Bench, state: State, one: Deed, other: Deed) -> None:
    bench.keep_the_promises(state, one, other)


def test_the_last_two_results_that_land_together_send_one_resume(bench: Bench) -> None:
    for world, results, order in bench.orders(running, land_first, land_last):
        hints = [hint.name for landed in results if isinstance(landed, Landed) for hint in landed.hints]
        assert hints == ["resume"], order
        assert [step.ordinal for step in world.ledger.get(world.id).steps] == [1, 2], order


def test_of_two_planners_one_gets_the_step(bench: Bench) -> None:
    for _, results, order in bench.orders(ready, claim, other_claim):
        assert sum(isinstance(result, StepClaim) for result in results) == 1, order


def test_of_two_wishes_to_retry_one_opens_it(bench: Bench) -> None:
    for world, results, order in bench.orders(cancelled, retry, retry):
        opened = [result.created for result in results if isinstance(result, Submitted)]
        assert opened.count(True) == 1, order
        assert world.ledger.get(world.id).retries == 1, order


def test_no_task_is_claimed_by_two_hosts(bench: Bench) -> None:
    for world, _, order in bench.orders(pending, host_claim, other_host_claim):
        attempts = [task.attempt for task in world.ledger.get(world.id).tasks]
        assert attempts == [1, 1], order


def test_without_the_lock_some_interleaving_breaks_a_promise(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locks, "_LOCK", locks._LOCK.replace("FOR NO KEY UPDATE", ""))
    with pytest.raises(AssertionError):
        _hold_everywhere(bench)


def _hold_everywhere(bench: Bench) -> None:
    for world, _, order in bench.orders(running, land_first, land_last):
        assert world.broken() == [], order
