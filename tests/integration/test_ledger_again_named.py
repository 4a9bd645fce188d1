"""Named REPLs after a retry and in a fork: each run of `x += 1` that landed counts, and counts once."""

import pytest
from sqlalchemy import Engine, text

from models.ledger import PostgresLedger
from models.queries import replay
from orchestration.records import ClaimedTask, Fork, NamedRepl, NewOrchestration
from orchestration.states import Reason, StateKind
from tests.support.counting import blob, count_after, count_of, landing
from tests.support.database import Clock
from tests.support.driver import job, planned, spawn

pytestmark = pytest.mark.usefixtures("promises")

WEEK_S = 7 * 24 * 3600.0


@pytest.fixture
def worker(ledger: PostgresLedger) -> int:
    return ledger.register("worker", "n", 1, "r")


@pytest.fixture
def host(ledger: PostgresLedger) -> int:
    return ledger.register("host", "n", 2, "r")


def one(ledger: PostgresLedger, host: int) -> tuple[ClaimedTask, NamedRepl]:
    [task] = ledger.claim_tasks(host, 9)
    assert task.named
    return task, task.named


def run(ledger: PostgresLedger, host: int, kind: StateKind = StateKind.SAVED) -> int:
    """Run the next task; what `x += 1; x` gave."""
    task, named = one(ledger, host)
    assert ledger.land(host, [landing(task, kind)]).landed
    return count_after(named)


def plan(ledger: PostgresLedger, worker: int, number: object, *names: str) -> None:
    claim = ledger.claim_step(number, worker, None)  # type: ignore[arg-type]
    assert claim
    ledger.commit_plan(claim, [spawn(name, repl="r") for name in names], None)


def end(ledger: PostgresLedger, worker: int, number: object, reason: Reason) -> None:
    claim = ledger.claim_step(number, worker, None)  # type: ignore[arg-type]
    assert claim
    ledger.finish(claim, reason, None, None)


@pytest.mark.parametrize("kind", [StateKind.SAVED, StateKind.TOO_BIG])
def test_a_retry_goes_on_from_the_last_committed_state(
    ledger: PostgresLedger, worker: int, host: int, kind: StateKind
) -> None:
    # given: two runs landed, and a third one was cut off
    number = planned(ledger, worker, job(), *"abcd", repl="r").orchestration_id
    assert [run(ledger, host), run(ledger, host, kind)] == [1, 2]
    cut_off, _ = one(ledger, host)
    ledger.cancel(number)
    assert ledger.collect_blobs(0, 10, lambda _: True) <= 1, "the last snapshot is kept"
    # when
    ledger.retry(number)
    # then
    assert ledger.land(host, [landing(cut_off)]).refused == (cut_off.id,)
    assert [run(ledger, host), run(ledger, host)] == [3, 4]


def test_a_retry_from_the_step_after_goes_on_from_its_state(ledger: PostgresLedger, worker: int, host: int) -> None:
    # given
    number = planned(ledger, worker, job(), "a", repl="r").orchestration_id
    run(ledger, host)
    end(ledger, worker, number, Reason.INVALID_PLAN)
    # when
    ledger.retry(number)
    plan(ledger, worker, number, "b")
    _, named = one(ledger, host)
    # then
    assert (count_of(named.snapshot), named.replay, count_after(named)) == (1, (), 2)


def test_states_of_failed_jobs_are_forgotten_in_time_and_then_led_to_again(
    ledger: PostgresLedger, worker: int, host: int, clock: Clock, database_engine: Engine
) -> None:
    # given
    number = planned(ledger, worker, job(), *"abc", repl="r").orchestration_id
    assert [run(ledger, host), run(ledger, host)] == [1, 2]
    ledger.cancel(number)
    # when
    clock.advance(WEEK_S - 60)
    ledger.sweep()
    with database_engine.connect() as connection:
        kept = connection.execute(text("SELECT state FROM named_repls")).scalar()
    clock.advance(120)
    ledger.sweep()
    with database_engine.connect() as connection:
        forgotten = connection.execute(text("SELECT state, snapshot FROM named_repls")).one()
    clock.advance(WEEK_S)
    assert ledger.collect_blobs(0, 10, lambda _: True) == 2
    ledger.retry(number)
    host = ledger.register("host", "n", 3, "r")
    task, named = one(ledger, host)
    # then
    assert (kept, forgotten) == ("saved", ("empty", None))
    assert (named.snapshot, [each.spawn.task_id for each in named.replay], count_after(named)) == (None, ["a", "b"], 3)
    assert ledger.land(host, [landing(task)]).landed


def test_a_state_that_cannot_be_led_to_any_more_is_lost_and_says_why(
    ledger: PostgresLedger, worker: int, host: int, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    number = planned(ledger, worker, job(), *"abc", repl="r").orchestration_id
    run(ledger, host)
    run(ledger, host)
    ledger.cancel(number)
    clock.advance(WEEK_S + 60)
    ledger.sweep()
    monkeypatch.setattr(replay, "MAX_REPLAY_BYTES", 3)
    # when
    ledger.retry(number)
    _, named = one(ledger, ledger.register("host", "n", 3, "r"))
    # then
    assert "too much to be run again" in str(named.lost)


@pytest.mark.parametrize("reason", [Reason.ANSWERED, Reason.MODEL_ERROR])
@pytest.mark.parametrize(("step", "count"), [(1, 0), (2, 2), (3, 3)])
def test_a_fork_has_the_state_that_its_steps_left(
    ledger: PostgresLedger, worker: int, host: int, reason: Reason, step: int, count: int
) -> None:
    # given: a REPL that two runs of step 1 and one of step 2 left
    number = planned(ledger, worker, job(), *"ab", repl="r").orchestration_id
    run(ledger, host)
    run(ledger, host)
    plan(ledger, worker, number, "c")
    run(ledger, host)
    end(ledger, worker, number, reason)
    # when
    fork = ledger.fork(number, Fork(step)).id
    plan(ledger, worker, fork, "x", "y")
    task, named = one(ledger, host)
    # then
    kept = reason is Reason.MODEL_ERROR and step == 3
    assert count_after(named) == count + 1
    assert (named.snapshot, len(named.replay)) == ((blob(3), 0) if kept else (None, count))
    assert ledger.land(host, [landing(task)]).landed
    assert run(ledger, host) == count + 2


def test_a_fork_and_its_original_do_not_share_a_repl(ledger: PostgresLedger, worker: int, host: int) -> None:
    # given
    number = planned(ledger, worker, job(), "a", repl="r").orchestration_id
    run(ledger, host)
    end(ledger, worker, number, Reason.INVALID_PLAN)
    # when
    fork = ledger.fork(number, Fork()).id
    ledger.retry(number)
    plan(ledger, worker, number, "b")
    assert run(ledger, host) == 2
    plan(ledger, worker, fork, "c")
    # then
    assert run(ledger, host) == 2


def test_a_state_that_was_lost_is_lost_in_the_fork_too(ledger: PostgresLedger, worker: int, host: int) -> None:
    # given
    number = planned(ledger, worker, job(), *"ab", repl="r").orchestration_id
    run(ledger, host)
    task, _ = one(ledger, host)
    ledger.land(host, [landing(task, StateKind.LOST)])
    end(ledger, worker, number, Reason.ANSWERED)
    # when
    fork = ledger.fork(number, Fork()).id
    plan(ledger, worker, fork, "c")
    # then
    assert one(ledger, host)[1].lost == "it was lost before"


def test_a_session_goes_on_from_its_state_after_a_retry(ledger: PostgresLedger, worker: int, host: int) -> None:
    # given
    claim = planned(ledger, worker, NewOrchestration("q", "m", session_id="s"), *"abc", repl="r")
    run(ledger, host)
    ledger.cancel(claim.orchestration_id)
    # when
    ledger.retry(claim.orchestration_id)
    # then
    assert [run(ledger, host), run(ledger, host)] == [2, 3]
