"""Attempts at a step: given back, counted, repaired, and what ends them."""

import pytest

from models.ledger import PostgresLedger
from orchestration.errors import Fenced
from orchestration.records import Landing, Reply
from orchestration.states import Reason, Status
from orchestration.tools import REPLResult
from tests.support.database import Clock
from tests.support.driver import job, planned, spawn

pytestmark = pytest.mark.usefixtures("promises")


def test_a_graceful_release_gives_the_try_back(ledger: PostgresLedger) -> None:
    worker = ledger.register("worker", "n", 1, "r")
    number = ledger.submit(job()).id
    for attempt in range(1, 6):
        claim = ledger.claim_step(number, worker, None)
        assert claim
        assert (claim.tries, claim.plan_attempt) == (1, attempt)
        ledger.release_step(claim, graceful=True)


def test_model_failures_are_tried_again_later_and_end_as_model_error(ledger: PostgresLedger, clock: Clock) -> None:
    # given
    worker = ledger.register("worker", "n", 1, "r")
    number = ledger.submit(job()).id
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
    number = ledger.submit(job(max_attempts=2)).id
    for _ in range(2):
        claim = ledger.claim_step(number, worker, None)
        assert claim
        ledger.release_step(claim, graceful=False)
    assert ledger.get(number).reason is Reason.POISONED


def test_a_journaled_reply_is_found_by_the_next_claim(ledger: PostgresLedger) -> None:
    # given
    worker = ledger.register("worker", "n", 1, "r")
    number = ledger.submit(job()).id
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
    number = ledger.submit(job()).id
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
    waiting = planned(ledger, worker, job(), "one", "two").orchestration_id
    tasks = ledger.claim_tasks(host, 1)
    number = ledger.submit(job()).id
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
