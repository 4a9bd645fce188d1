"""What the sweep puts right after processes died, claims hung, hints were lost and deadlines passed."""

from dataclasses import replace
from itertools import pairwise

import pytest

from models.ledger import PostgresLedger
from orchestration.errors import Fenced
from orchestration.records import ClaimedTask, Hint, Input, Landing, NewOrchestration, Reply
from orchestration.states import ErrorKind, Reason, Status
from tests.support.database import Clock
from tests.support.driver import job, planned, result_of, spawn

pytestmark = pytest.mark.usefixtures("promises")


def test_a_dead_planner_loses_its_step_and_is_fenced_off(ledger: PostgresLedger, clock: Clock) -> None:
    # given
    dead, alive = (ledger.register("worker", "n", pid, "r") for pid in (1, 2))
    number = ledger.submit(job()).id
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
    number = ledger.submit(job()).id
    ledger.claim_step(number, worker, None)
    for _ in range(10):
        clock.advance(7)
        assert ledger.pulse(worker).alive
        assert ledger.sweep().steps_returned == 0


def test_a_claim_that_hangs_in_a_living_process_is_returned_and_counts(ledger: PostgresLedger, clock: Clock) -> None:
    # given
    worker = ledger.register("worker", "n", 1, "r")
    number = ledger.submit(job(deadline_s=36_000)).id
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
    number = ledger.submit(job(max_losses=2)).id
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
    claim = planned(ledger, worker, job(), "one", "two", "three")
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
    assert not ledger.pulse(dead).alive
    assert [task.attempt for task in ledger.get(claim.orchestration_id).tasks] == [1, 2, 2]


def test_the_first_of_two_runs_on_one_host_is_fenced_off(ledger: PostgresLedger, clock: Clock) -> None:
    # given
    worker, host = ledger.register("worker", "n", 1, "r"), ledger.register("host", "n", 2, "r")
    planned(ledger, worker, job(), "slow")
    [first] = ledger.claim_tasks(host, 1)
    clock.advance(91)
    ledger.pulse(host)
    ledger.sweep()
    # when
    stop = ledger.pulse(host).stop
    [second] = ledger.claim_tasks(host, 1)
    late = ledger.land(host, [Landing(first, result_of(first))])
    # then
    assert stop == (first.id,)
    assert ledger.pulse(host).stop == ()
    assert (second.id, second.attempt, late.refused) == (first.id, 2, (first.id,))
    assert ledger.land(host, [Landing(second, result_of(second))]).landed == (second.id,)


@pytest.mark.parametrize("hangs", [True, False])
def test_a_task_at_its_cap_lands_as_crashed_and_the_step_goes_on(
    ledger: PostgresLedger, clock: Clock, hangs: bool
) -> None:
    # given
    worker = ledger.register("worker", "n", 1, "r")
    claim = planned(ledger, worker, job(max_losses=3), "bad")
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
    queued = ledger.submit(job(deadline_s=60)).id
    later = ledger.submit(job(deadline_s=600)).id
    running = planned(ledger, worker, job(deadline_s=60), "one").orchestration_id
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
    claim = planned(ledger, worker, job(), "one", "two", "three")
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
    number = ledger.submit(job()).id
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
    planned(ledger, worker, job(), "one")
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


def test_nobody_goes_on_with_a_job_whose_deadline_has_passed(ledger: PostgresLedger, clock: Clock) -> None:
    # given a job whose result came when its deadline had passed, before a sweep
    worker, host = ledger.register("worker", "n", 1, "r"), ledger.register("host", "n", 2, "r")
    claim = planned(ledger, worker, job(deadline_s=5), "a")
    [task] = ledger.claim_tasks(host, 1)
    clock.advance(6)
    ledger.land(host, [Landing(task, result_of(task))])
    # when
    again = ledger.claim_step(claim.orchestration_id, worker, "next")
    # then
    view = ledger.get(claim.orchestration_id)
    assert again is None
    assert (view.status, view.reason) == (Status.FAILED, Reason.DEADLINE_EXCEEDED)


def test_hosts_that_die_while_they_read_an_input_do_not_make_it_bad_and_it_may_be_read_again(
    ledger: PostgresLedger, clock: Clock
) -> None:
    # given two inputs, of which one is read
    prices, sales = Input("prices", "a" * 64, 10, "csv"), Input("sales", "b" * 64, 20, "csv")
    number = ledger.submit(replace(job(max_losses=2, deadline_s=36_000), inputs=(prices, sales))).id
    host = ledger.register("host", "n", 1, "r")
    [first] = ledger.claim_tasks(host, 1)
    ledger.land(host, [_read(first)])

    # when the hosts of the other die
    for pid in (2, 3):
        assert ledger.claim_tasks(ledger.register("host", "n", pid, "r"), 1)
        clock.advance(9)
        ledger.sweep()

    # then
    view = ledger.get(number)
    assert (view.status, view.reason) == (Status.FAILED, Reason.POISONED)
    assert view.detail == "reading the inputs: the task was set aside: 2 hosts died while it ran"

    # and when it is tried again on a sound host
    ledger.retry(number)
    host = ledger.register("host", "n", 4, "r")
    [second] = ledger.claim_tasks(host, 9)
    landed = ledger.land(host, [_read(second)])

    # then the model is next
    assert [hint.name for hint in landed.hints] == ["plan"]
    assert ledger.get(number).status is Status.QUEUED


def _read(task: ClaimedTask) -> Landing:
    return Landing(task, replace(result_of(task), value_json='{"rows": 1, "columns": []}'))
