"""What the sweep puts right after processes died, claims hung, hints were lost and deadlines passed."""

from itertools import pairwise

import pytest
from sqlalchemy import Engine

from models.checker import check
from models.ledger import PostgresLedger
from orchestration.errors import Fenced
from orchestration.limits import Limits
from orchestration.records import Hint, Landing, NewOrchestration, Reply, StepClaim
from orchestration.states import ErrorKind, Reason, Status
from orchestration.tools import REPLResult
from tests.support.database import Clock
from tests.support.driver import result_of, spawn


def new(**limits: float) -> NewOrchestration:
    return NewOrchestration("how many?", "m", root_task_id="root", limits=Limits(**limits))  # type: ignore[arg-type]


def planned(ledger: PostgresLedger, worker: int, asked: NewOrchestration, *task_ids: str) -> StepClaim:
    claim = ledger.claim_step(ledger.submit(asked).id, worker, "planner")
    assert claim
    ledger.commit_plan(claim, [spawn(task_id) for task_id in task_ids], None)
    return claim


@pytest.fixture(autouse=True)
def _promises(database_engine: Engine) -> object:
    """Whatever a test here does, the promises hold at its end."""
    yield
    with database_engine.connect() as connection:
        assert check(connection) == []


def test_a_dead_planner_loses_its_step_and_is_fenced_off(ledger: PostgresLedger, clock: Clock) -> None:
    # given
    dead, alive = (ledger.register("worker", "n", pid, "r") for pid in (1, 2))
    number = ledger.submit(new()).id
    claim = ledger.claim_step(number, dead, "first")
    assert claim
    # when
    clock.advance(5)
    ledger.pulse(alive)
    clock.advance(4)
    swept = ledger.sweep()
    # then
    assert (swept.steps_returned, swept.hints) == (1, (Hint("plan", number, "root", task_id="root"),))
    assert (ledger.pulse(dead).alive, ledger.pulse(alive).alive) == (False, True)
    again = ledger.claim_step(number, alive, "second")
    assert again
    assert (again.plan_attempt, again.tries) == (2, 1)
    assert ledger.get(number).steps[0].losses == 1
    for late in (
        lambda: ledger.commit_plan(claim, [spawn("late")], None),
        lambda: ledger.finish(claim, Reason.ANSWERED, "late", None),
        lambda: ledger.start_repair(claim, ["late"]),
        lambda: ledger.record_reply(claim, 0, "hash", Reply("late", "m", None, 7, 5)),
        lambda: ledger.turn(claim),
    ):
        with pytest.raises(Fenced):
            late()
    ledger.release_step(claim, graceful=True)
    assert ledger.get(number).steps[0].status == "planning"
    assert ledger.get(number).usage.input_tokens == 7
    assert ledger.claim_step(number, dead, "third") is None


def test_a_process_that_beats_keeps_its_step(ledger: PostgresLedger, clock: Clock) -> None:
    worker = ledger.register("worker", "n", 1, "r")
    number = ledger.submit(new()).id
    ledger.claim_step(number, worker, None)
    for _ in range(10):
        clock.advance(7)
        assert ledger.pulse(worker).alive
        assert ledger.sweep().steps_returned == 0


def test_a_claim_that_hangs_in_a_living_process_is_returned_and_counts(ledger: PostgresLedger, clock: Clock) -> None:
    # given
    worker = ledger.register("worker", "n", 1, "r")
    number = ledger.submit(new(deadline_s=36_000)).id
    # when
    for _ in range(3):
        assert ledger.claim_step(number, worker, None)
        clock.advance(901)
        ledger.pulse(worker)
        ledger.sweep()
    # then
    view = ledger.get(number)
    assert (view.status, view.reason) == (Status.FAILED, Reason.POISONED)
    assert "3 attempts at step 1" in str(view.detail)


def test_a_job_that_kills_its_workers_is_set_aside_at_the_loss_cap(ledger: PostgresLedger, clock: Clock) -> None:
    number = ledger.submit(new(max_losses=2)).id
    for pid in (1, 2):
        assert ledger.claim_step(number, ledger.register("worker", "n", pid, "r"), None)
        clock.advance(9)
        swept = ledger.sweep()
    view = ledger.get(number)
    assert (view.reason, swept.ended, swept.hints) == (Reason.POISONED, 1, ())
    assert "2 processes died" in str(view.detail)


def test_tasks_of_a_dead_host_run_again_elsewhere_and_finished_ones_are_kept(
    ledger: PostgresLedger, clock: Clock
) -> None:
    # given
    worker, dead = ledger.register("worker", "n", 1, "r"), ledger.register("host", "n", 2, "r")
    claim = planned(ledger, worker, new(), "one", "two", "three")
    tasks = ledger.claim_tasks(dead, 3)
    ledger.land(dead, [Landing(tasks[0], result_of(tasks[0]))])
    # when
    clock.advance(9)
    swept = ledger.sweep()
    host = ledger.register("host", "n", 3, "r")
    again = ledger.claim_tasks(host, 9)
    late = ledger.land(dead, [Landing(tasks[1], result_of(tasks[1]))])
    landed = ledger.land(host, [Landing(task, result_of(task)) for task in again])
    # then
    assert (swept.tasks_returned, [hint.name for hint in swept.hints]) == (2, ["dispatch"])
    assert [(task.spawn.task_id, task.attempt) for task in again] == [("two", 2), ("three", 2)]
    assert late.refused == (tasks[1].id,)
    assert [hint.name for hint in landed.hints] == ["resume"]
    assert ledger.pulse(dead).stop == (tasks[1].id, tasks[2].id)
    assert [task.attempt for task in ledger.get(claim.orchestration_id).tasks] == [1, 2, 2]


@pytest.mark.parametrize("hangs", [True, False])
def test_a_task_at_its_cap_lands_as_crashed_and_the_step_goes_on(
    ledger: PostgresLedger, clock: Clock, hangs: bool
) -> None:
    # given
    worker = ledger.register("worker", "n", 1, "r")
    claim = planned(ledger, worker, new(max_losses=3), "bad")
    # when
    for pid in range(3):
        host = ledger.register("host", "n", pid, "r")
        assert ledger.claim_tasks(host, 1)
        clock.advance(91 if hangs else 9)
        if hangs:
            ledger.pulse(host)
        ledger.pulse(worker)
        swept = ledger.sweep()
    # then
    [task] = ledger.get(claim.orchestration_id).tasks
    assert task.result
    assert (task.state, task.result.is_success, task.result.error_kind) == ("done", False, ErrorKind.CRASHED)
    assert "3 runs" in str(task.result.stderr) if hangs else "3 hosts died" in str(task.result.stderr)
    assert ([hint.name for hint in swept.hints], swept.closed) == (["resume"], 1)


def test_deadlines_end_what_runs_and_what_is_queued(ledger: PostgresLedger, clock: Clock) -> None:
    # given
    worker, host = ledger.register("worker", "n", 1, "r"), ledger.register("host", "n", 2, "r")
    queued = ledger.submit(new(deadline_s=60)).id
    later = ledger.submit(new(deadline_s=600)).id
    running = planned(ledger, worker, new(deadline_s=60), "one").orchestration_id
    [task] = ledger.claim_tasks(host, 1)
    # when
    clock.advance(61)
    ledger.pulse(host)
    swept = ledger.sweep()
    # then
    assert swept.ended == 2
    assert [ledger.get(number).reason for number in (queued, running, later)] == [
        Reason.DEADLINE_EXCEEDED,
        Reason.DEADLINE_EXCEEDED,
        None,
    ]
    assert ledger.land(host, [Landing(task, result_of(task))]).refused == (task.id,)
    assert ledger.pulse(host).stop == (task.id,)


def test_cancel_stops_running_tasks_and_refuses_what_comes_later(ledger: PostgresLedger) -> None:
    # given
    worker, host = ledger.register("worker", "n", 1, "r"), ledger.register("host", "n", 2, "r")
    claim = planned(ledger, worker, new(), "one", "two", "three")
    tasks = ledger.claim_tasks(host, 2)
    # when
    cancelled = ledger.cancel(claim.orchestration_id), ledger.cancel(claim.orchestration_id)
    # then
    assert cancelled == (True, False)
    assert ledger.pulse(host).stop == tuple(task.id for task in tasks)
    assert ledger.land(host, [Landing(tasks[0], result_of(tasks[0]))]).refused == (tasks[0].id,)
    assert list(ledger.claim_tasks(host, 9)) == []
    assert {task.state for task in ledger.get(claim.orchestration_id).tasks} == {"cancelled"}


def test_a_lost_hint_is_sent_again_with_back_off(ledger: PostgresLedger, clock: Clock) -> None:
    # given
    number = ledger.submit(new()).id
    sent = []
    # when
    for second in range(40):
        sent += [second] * ledger.sweep().nudged
        clock.advance(1)
    # then
    assert len(sent) <= 7
    assert sent[0] <= 2
    gaps = [later - earlier for earlier, later in pairwise(sent)]
    assert gaps == sorted(gaps)
    clock.advance(30)
    assert ledger.sweep().hints == (Hint("plan", number, "root", task_id="root"),)


def test_the_sweep_reminds_of_pending_tasks_and_waiting_sessions(ledger: PostgresLedger, clock: Clock) -> None:
    # given
    worker = ledger.register("worker", "n", 1, "r")
    planned(ledger, worker, new(), "one")
    first, second = (ledger.submit(NewOrchestration(q, "m", session_id="s")).id for q in ("first", "second"))
    # when
    clock.advance(3)
    ledger.pulse(worker)
    before = {(hint.name, hint.orchestration_id) for hint in ledger.sweep().hints}
    ledger.cancel(first)
    after = {(hint.name, hint.orchestration_id) for hint in ledger.sweep().hints}
    # then
    assert {name for name, _ in before} == {"dispatch", "plan"}
    assert ("plan", second) not in before
    assert ("plan", second) in after


def test_a_graceful_release_gives_the_try_back(ledger: PostgresLedger) -> None:
    worker = ledger.register("worker", "n", 1, "r")
    number = ledger.submit(new()).id
    for attempt in range(1, 6):
        claim = ledger.claim_step(number, worker, None)
        assert claim
        assert (claim.tries, claim.plan_attempt) == (1, attempt)
        ledger.release_step(claim, graceful=True)


def test_model_failures_are_tried_again_later_and_end_as_model_error(ledger: PostgresLedger, clock: Clock) -> None:
    # given
    worker = ledger.register("worker", "n", 1, "r")
    number = ledger.submit(new()).id
    # when
    for attempt in range(1, 4):
        claim = ledger.claim_step(number, worker, None)
        assert claim
        assert claim.tries == attempt
        ledger.record_model_failure(claim, 0, "hash", f"503 at attempt {attempt}")
        ledger.release_step(claim, graceful=False, delay_s=5)
        assert ledger.claim_step(number, worker, None) is None
        clock.advance(5)
        ledger.pulse(worker)
    # then
    view = ledger.get(number)
    assert (view.status, view.reason, view.usage.model_calls) == (Status.FAILED, Reason.MODEL_ERROR, 3)
    assert str(view.detail).endswith("503 at attempt 3")


def test_attempts_that_failed_for_another_reason_end_as_poisoned(ledger: PostgresLedger) -> None:
    worker = ledger.register("worker", "n", 1, "r")
    number = ledger.submit(new(max_attempts=2)).id
    for _ in range(2):
        claim = ledger.claim_step(number, worker, None)
        assert claim
        ledger.release_step(claim, graceful=False)
    assert ledger.get(number).reason is Reason.POISONED


def test_a_journaled_reply_is_found_by_the_next_claim(ledger: PostgresLedger) -> None:
    # given
    worker = ledger.register("worker", "n", 1, "r")
    number = ledger.submit(new()).id
    first = ledger.claim_step(number, worker, None)
    assert first
    reply = Reply("raw", "m", "stop", 3, 4, 0.5)
    ledger.record_reply(first, 0, "hash", reply)
    ledger.release_step(first, graceful=True)
    # when
    second = ledger.claim_step(number, worker, None)
    # then
    assert second
    assert ledger.reply(second, 0, "hash") == reply
    assert ledger.reply(second, 0, "another") is None
    assert ledger.reply(second, 1, "hash") is None


def test_a_repair_raises_the_fence_but_not_the_tries(ledger: PostgresLedger) -> None:
    worker = ledger.register("worker", "n", 1, "r")
    number = ledger.submit(new()).id
    claim = ledger.claim_step(number, worker, None)
    assert claim
    repaired = ledger.start_repair(claim, ["the plan is empty"])
    with pytest.raises(Fenced):
        ledger.commit_plan(claim, [spawn("old")], None)
    ledger.commit_plan(repaired, [spawn("new")], None)
    [step] = ledger.get(number).steps
    assert (step.plan_attempt, step.tries) == (2, 1)
    assert [event.data["problems"] for event in ledger.events(number) if event.name == "plan_rejected"] == [
        ["the plan is empty"]
    ]


def test_a_process_that_leaves_gives_back_what_it_held(ledger: PostgresLedger) -> None:
    # given
    worker, host = ledger.register("worker", "n", 1, "r"), ledger.register("host", "n", 2, "r")
    waiting = planned(ledger, worker, new(), "one", "two").orchestration_id
    tasks = ledger.claim_tasks(host, 1)
    number = ledger.submit(new()).id
    ledger.claim_step(number, worker, None)
    # when
    ledger.deregister(worker)
    ledger.deregister(host)
    # then
    assert ledger.get(number).status is Status.QUEUED
    assert {task.state for task in ledger.get(waiting).tasks} == {"pending"}
    assert not ledger.pulse(worker).alive
    assert list(ledger.claim_tasks(host, 1)) == []
    assert ledger.land(host, [Landing(tasks[0], REPLResult("one", True))]).refused == (tasks[0].id,)
    assert ledger.health().processes == {}
