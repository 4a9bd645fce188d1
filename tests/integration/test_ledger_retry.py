"""Retry: what failed or was cancelled goes on from the step that failed, and what landed is kept."""

import random
from uuid import UUID

import pytest
from sqlalchemy import Engine, text

from models.ledger import PostgresLedger
from models.queries.retry import retry
from models.timing import Timing
from orchestration.errors import BadInput, Fenced, NotFound
from orchestration.records import Hint, Input, Landing, NewOrchestration, Reply
from orchestration.states import ErrorKind, Reason, Status
from orchestration.tools import REPLResult
from tests.support.database import Clock
from tests.support.driver import Driver, ScriptedModel, job, planned, result_of, spawn

pytestmark = pytest.mark.usefixtures("promises")


@pytest.fixture
def worker(ledger: PostgresLedger) -> int:
    return ledger.register("worker", "n", 1, "r")


@pytest.fixture
def host(ledger: PostgresLedger) -> int:
    return ledger.register("host", "n", 2, "r")


def test_a_step_that_ran_out_of_time_is_ready_again_with_a_fresh_deadline(
    ledger: PostgresLedger, worker: int, clock: Clock
) -> None:
    # given
    number = ledger.submit(job(deadline_s=60)).id
    assert ledger.claim_step(number, worker, None)
    clock.advance(61)
    ledger.sweep()
    ended = ledger.get(number)
    # when
    retried = ledger.retry(number)
    # then
    assert ended.reason is Reason.DEADLINE_EXCEEDED
    view = ledger.get(number)
    assert (view.status, view.reason, view.ended_at, view.detail, view.retries) == (Status.QUEUED, None, None, None, 1)
    assert (view.deadline_at - ended.deadline_at).total_seconds() >= 60
    assert retried.hints == (Hint("plan", number, "root", task_id="root"),)
    [step] = view.steps
    assert (step.status, step.tries, step.losses) == ("ready", 0, 0)
    event = ledger.events(number)[-1]
    assert (event.name, event.data) == ("retried", {"step": 1, "after": "deadline_exceeded", "retries": 1})
    assert ledger.claim_step(number, ledger.register("worker", "n", 3, "r"), None)


def test_exactly_the_unfinished_tasks_of_a_committed_plan_run_again(
    ledger: PostgresLedger, worker: int, host: int
) -> None:
    # given
    claim = planned(ledger, worker, job(), *"abcd")
    [first, running] = ledger.claim_tasks(host, 2)
    ledger.land(host, [Landing(first, result_of(first))])
    ledger.cancel(claim.orchestration_id)
    # when
    retried = ledger.retry(claim.orchestration_id)
    late = ledger.land(host, [Landing(running, result_of(running))])
    again = ledger.claim_tasks(host, 9)
    landed = ledger.land(host, [Landing(task, result_of(task)) for task in again])
    # then
    assert [hint.name for hint in retried.hints] == ["dispatch"]
    assert late.refused == (running.id,)
    assert [(task.spawn.task_id, task.attempt) for task in again] == [("b", 2), ("c", 1), ("d", 1)]
    assert [hint.name for hint in landed.hints] == ["resume"]
    assert [task.attempt for task in ledger.get(claim.orchestration_id).tasks] == [1, 2, 1, 1]


def test_where_all_had_landed_a_retry_closes_the_step(
    ledger: PostgresLedger, worker: int, host: int, database_engine: Engine
) -> None:
    # given: as if the last landing had been cut off before its close
    claim = planned(ledger, worker, job(), "a")
    [task] = ledger.claim_tasks(host, 1)
    ledger.land(host, [Landing(task, result_of(task))])
    with database_engine.begin() as connection:
        connection.execute(text("DELETE FROM events WHERE name = 'step_landed'"))
        connection.execute(text("DELETE FROM steps WHERE ordinal = 2"))
        connection.execute(text("UPDATE steps SET status = 'waiting'"))
        connection.execute(text("UPDATE orchestrations SET status = 'waiting'"))
    ledger.cancel(claim.orchestration_id)
    # when
    retried = ledger.retry(claim.orchestration_id)
    # then
    assert [hint.name for hint in retried.hints] == ["resume"]
    assert [step.status for step in ledger.get(claim.orchestration_id).steps] == ["landed", "ready"]


def test_a_look_at_inputs_that_was_cancelled_goes_on(ledger: PostgresLedger, host: int) -> None:
    # given
    number = ledger.submit(NewOrchestration("q", "m", (Input("data", "f" * 64, 6, "csv"),))).id
    ledger.cancel(number)
    # when
    ledger.retry(number)
    [task] = ledger.claim_tasks(host, 9)
    profile = REPLResult("profile_0", True, value_json='{"rows": 1, "columns": [], "notes": []}')
    landed = ledger.land(host, [Landing(task, profile)])
    # then
    assert [hint.name for hint in landed.hints] == ["plan"]
    assert ledger.get(number).status is Status.QUEUED


@pytest.mark.parametrize("reason", [Reason.INVALID_PLAN, Reason.NOT_UNDERSTOOD, Reason.STEP_LIMIT])
def test_replies_that_led_to_the_end_are_not_read_again(ledger: PostgresLedger, worker: int, reason: Reason) -> None:
    # given
    number = ledger.submit(job()).id
    claim = ledger.claim_step(number, worker, None)
    assert claim
    for call in range(2):
        ledger.record_reply(claim, call, "same", Reply("no plan", "m"))
        claim = ledger.start_repair(claim, ["no plan"])
    ledger.finish(claim, reason, None, "no plan")
    # when
    ledger.retry(number)
    again = ledger.claim_step(number, worker, None)
    # then
    assert again
    assert (again.first_call, again.plan_attempt, again.tries) == (2, claim.plan_attempt + 1, 1)
    assert ledger.reply(again, again.first_call, "same") is None
    repaired = ledger.start_repair(again, ["still none"])
    assert (repaired.first_call, repaired.plan_attempt) == (2, again.plan_attempt + 1)
    ledger.record_reply(repaired, 2, "same", Reply("a plan", "m"))
    assert ledger.get(number).usage.model_calls == 3


def test_a_model_that_failed_is_asked_again_after_the_replies_that_there_are(
    ledger: PostgresLedger, worker: int
) -> None:
    # given
    number = ledger.submit(job(max_attempts=1)).id
    claim = ledger.claim_step(number, worker, None)
    assert claim
    ledger.record_reply(claim, 0, "first", Reply("no plan", "m"))
    claim = ledger.start_repair(claim, ["no plan"])
    ledger.record_model_failure(claim, 1, "second", "HTTP 500")
    ledger.release_step(claim, graceful=False)
    assert ledger.get(number).reason is Reason.MODEL_ERROR
    # when
    ledger.retry(number)
    again = ledger.claim_step(number, worker, None)
    # then
    assert again
    assert (again.first_call, again.tries) == (0, 1)
    assert ledger.reply(again, 0, "first") == Reply("no plan", "m")
    assert ledger.reply(again, 1, "second") is None


def test_a_poisoned_job_gets_all_its_tries_and_losses_back(ledger: PostgresLedger, clock: Clock) -> None:
    # given
    number = ledger.submit(job(max_losses=2)).id
    for times in (1, 2):
        # when
        for pid in (1, 2):
            assert ledger.claim_step(number, ledger.register("worker", "n", pid, "r"), None)
            clock.advance(9)
            ledger.sweep()
        assert ledger.get(number).reason is Reason.POISONED
        # then
        ledger.retry(number)
        assert ledger.get(number).retries == times
    assert ledger.claim_step(number, ledger.register("worker", "n", 3, "r"), None)


def test_a_whole_job_is_answered_after_retries_at_every_step_and_nothing_is_asked_twice(
    ledger: PostgresLedger, database_engine: Engine
) -> None:
    # given
    script = {"q": [["a", "b"], ["c"]]}
    driver = Driver(ledger, ScriptedModel(script), random.Random(0))
    number = driver.submit("q")
    moves = 0
    # when: it is cancelled and retried between any two moves
    while driver.hints or driver.running:
        ledger.cancel(number)
        driver.running.clear()
        driver.hints = list(ledger.retry(number).hints)
        driver.take(driver.hints.pop(0))
        if driver.running:
            driver.land([driver.running.pop(0)])
        moves += 1
        assert moves < 20
    # then
    view = ledger.get(number)
    assert (view.reason, view.answer, view.retries) == (Reason.ANSWERED, "a has run\nb has run\nc has run", moves)
    assert (len(driver.model.asks), view.usage.model_calls) == (3, 3)


def test_two_wishes_at_once_are_one_retry(ledger: PostgresLedger, database_engine: Engine) -> None:
    # given
    number = ledger.submit(job()).id
    ledger.cancel(number)
    # when: both were asked before either was done, or one ran twice after a cut
    with database_engine.begin() as connection:
        first = retry(connection, number, 0, Timing())
    with database_engine.begin() as connection:
        second = retry(connection, number, 0, Timing())
    # then
    assert (first.created, len(first.hints)) == (True, 1)
    assert (second.created, second.hints) == (False, ())
    assert ledger.get(number).retries == 1


def test_what_a_retry_cannot_help_is_refused_with_the_remedy(ledger: PostgresLedger, worker: int, host: int) -> None:
    # given
    still_open = ledger.submit(job()).id
    succeeded = ledger.submit(job()).id
    claim = ledger.claim_step(succeeded, worker, None)
    assert claim
    ledger.finish(claim, Reason.ANSWERED, "42", None)
    unreadable = ledger.submit(NewOrchestration("q", "m", (Input("data", "f" * 64, 6, "csv"),))).id
    [task] = ledger.claim_tasks(host, 1)
    ledger.land(host, [Landing(task, REPLResult("profile_0", False, error_kind=ErrorKind.EXCEPTION))])
    earlier = ledger.submit(NewOrchestration("q", "m", session_id="s")).id
    last = ledger.submit(NewOrchestration("q", "m", session_id="s")).id
    ledger.cancel(earlier)
    ledger.cancel(last)
    # then
    for number, words in (
        (still_open, "it is still queued; wait until it has ended, or cancel it first"),
        (succeeded, r"it has succeeded \(answered\); fork it"),
        (unreadable, "submit it again with corrected data"),
        (earlier, "its session went on after it; submit the question again"),
    ):
        before = ledger.get(number)
        with pytest.raises(BadInput, match=words):
            ledger.retry(number)
        assert ledger.get(number) == before
    with pytest.raises(NotFound):
        ledger.retry(UUID(int=1))
    assert ledger.retry(last).created


def test_a_retry_takes_a_place_among_the_open_ones_of_its_tenant(
    ledger: PostgresLedger, database_engine: Engine
) -> None:
    # given
    number = ledger.submit(job()).id
    ledger.cancel(number)
    with database_engine.begin() as connection:
        connection.execute(text("INSERT INTO quotas (tenant, max_active) VALUES ('default', 1)"))
    other = ledger.submit(job()).id
    # when
    with pytest.raises(BadInput, match="its quota max_active is 1"):
        ledger.retry(number)
    # then
    assert ledger.get(number).status is Status.CANCELLED
    ledger.cancel(other)
    assert ledger.retry(number).created


def test_a_late_planner_of_before_is_fenced_off(ledger: PostgresLedger, worker: int) -> None:
    # given
    number = ledger.submit(job()).id
    claim = ledger.claim_step(number, worker, None)
    assert claim
    ledger.cancel(number)
    ledger.retry(number)
    # when
    for late in (
        lambda: ledger.commit_plan(claim, [spawn("late")], None),
        lambda: ledger.finish(claim, Reason.ANSWERED, "late", None),
        lambda: ledger.record_reply(claim, 0, "hash", Reply("late", "m")),
    ):
        with pytest.raises(Fenced):
            late()
    # then
    assert ledger.get(number).steps[0].status == "ready"
