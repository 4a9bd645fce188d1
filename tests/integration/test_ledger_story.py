"""The story of the attempts: who tried, when, and what came of it, in plain words."""

import pytest

from models.ledger import PostgresLedger
from orchestration.records import Landing
from orchestration.states import ErrorKind, Reason
from orchestration.tools import REPLResult
from replwright.cli.show import lines
from tests.support.database import Clock
from tests.support.driver import job, planned, result_of, spawn

pytestmark = pytest.mark.usefixtures("promises")


def _outcomes(ledger: PostgresLedger, number: object) -> list[tuple[str | None, int, str]]:
    view = ledger.get(number)  # type: ignore[arg-type]
    return [(each.task_id, each.attempt, each.outcome) for each in view.attempts]


def test_a_quiet_job_is_told_in_json_and_needs_no_story_for_people(ledger: PostgresLedger) -> None:
    # given
    worker = ledger.register("worker", "node", 11, "1.0")
    host = ledger.register("host", "node", 12, "1.0")
    number = planned(ledger, worker, job(), "good", "bad").orchestration_id
    good, bad = ledger.claim_tasks(host, 2)
    failed = REPLResult("bad", is_success=False, stderr="ValueError", error_kind=ErrorKind.EXCEPTION)
    ledger.land(host, [Landing(good, result_of(good)), Landing(bad, failed)])
    claim = ledger.claim_step(number, worker, None)
    assert claim
    # when
    going = ledger.get(number).attempts[-1]
    ledger.finish(claim, Reason.ANSWERED, "42", None)
    # then
    assert (going.outcome, going.ended_at) == ("goes on", None)
    assert _outcomes(ledger, number) == [
        (None, 1, "planned 2 tasks"),
        ("good", 1, "ran"),
        ("bad", 1, "ran: exception"),
        (None, 1, "answered"),
    ]
    view = ledger.get(number)
    assert view.attempts[0].process == f"worker {worker} on node (pid 11, release 1.0)"
    assert view.attempts[1].process == f"host {host} on node (pid 12, release 1.0)"
    assert all(each.ended_at and each.ended_at >= each.started_at for each in view.attempts)
    assert not any(line.startswith("attempts at") for line in lines(view))


def test_each_attempt_at_a_step_says_how_it_ended(ledger: PostgresLedger, clock: Clock) -> None:
    # given
    dead, worker = (ledger.register("worker", f"node{pid}", pid, "r") for pid in (1, 2))
    number = ledger.submit(job(max_attempts=9, deadline_s=36_000)).id
    assert ledger.claim_step(number, dead, None)
    clock.advance(9)
    ledger.pulse(worker)
    ledger.sweep()
    # when
    worker = ledger.register("worker", "node2", 2, "r")
    hung = ledger.claim_step(number, worker, None)
    assert hung
    clock.advance(901)
    ledger.pulse(worker)
    ledger.sweep()
    failed = ledger.claim_step(number, worker, None)
    assert failed
    ledger.record_model_failure(failed, 0, "hash", "model m: HTTP 500")
    ledger.release_step(failed, graceful=False, delay_s=1)
    clock.advance(2)
    left = ledger.claim_step(number, worker, None)
    assert left
    ledger.release_step(left, graceful=True)
    last = ledger.claim_step(number, worker, None)
    assert last
    last = ledger.start_repair(last, ["it spawns nothing"])
    ledger.commit_plan(last, [spawn("one")], None)
    # then
    assert [outcome for _, _, outcome in _outcomes(ledger, number)] == [
        "its process died",
        "no answer within its time",
        "model m: HTTP 500; tried again after 1 s",
        "shutdown",
        "planned 1 task, after 1 plan was refused (it spawns nothing)",
    ]
    shown = lines(ledger.get(number))
    at = shown.index("attempts at step 1:")
    assert f"worker {dead} on node1 (pid 1, release r): its process died" in shown[at + 1]
    assert len(shown) == at + 6


def test_a_poisoned_job_says_what_happened_each_time(ledger: PostgresLedger, clock: Clock) -> None:
    number = ledger.submit(job(max_losses=2)).id
    for pid in (1, 2):
        assert ledger.claim_step(number, ledger.register("worker", "n", pid, "r"), None)
        clock.advance(9)
        ledger.sweep()
    assert [outcome for _, _, outcome in _outcomes(ledger, number)] == [
        "its process died",
        "its process died; set aside: 2 processes died while they worked on step 1",
    ]
    ledger.retry(number)
    clock.advance(1)
    assert ledger.claim_step(number, ledger.register("worker", "n", 3, "r"), None)
    assert [outcome for _, _, outcome in _outcomes(ledger, number)][2:] == ["goes on"]
    assert "retried   1 time" in lines(ledger.get(number))


def test_a_model_that_never_replies_is_told_of_to_the_last_attempt(ledger: PostgresLedger) -> None:
    worker = ledger.register("worker", "n", 1, "r")
    number = ledger.submit(job(max_attempts=2)).id
    for what in ("HTTP 500", "HTTP 503"):
        claim = ledger.claim_step(number, worker, None)
        assert claim
        ledger.record_model_failure(claim, 0, "hash", what)
        ledger.release_step(claim, graceful=False)
    assert [outcome for _, _, outcome in _outcomes(ledger, number)] == [
        "HTTP 500",
        "HTTP 503; model error: 2 attempts at step 1 failed; the last: HTTP 503",
    ]


def test_each_attempt_at_a_task_says_how_it_ended(ledger: PostgresLedger, clock: Clock) -> None:
    # given
    worker = ledger.register("worker", "n", 1, "r")
    number = planned(ledger, worker, job(max_losses=2, deadline_s=36_000), "one", "two").orchestration_id
    leaves, hangs = (ledger.register("host", "n", pid, "r") for pid in (2, 3))
    # when
    ledger.claim_tasks(leaves, 1)
    ledger.release_tasks(leaves)
    ledger.claim_tasks(hangs, 1)
    clock.advance(91)
    ledger.pulse(hangs)
    ledger.sweep()
    for pid in (4, 5):
        assert ledger.claim_tasks(ledger.register("host", "n", pid, "r"), 1)
        clock.advance(9)
        ledger.sweep()
    cancelled = ledger.register("host", "n", 6, "r")
    ledger.claim_tasks(cancelled, 1)
    ledger.cancel(number)
    # then
    told = [each for each in _outcomes(ledger, number) if each[0]]
    assert told == [
        ("one", 1, "shutdown"),
        ("one", 2, "no answer within its time"),
        ("one", 3, "its host died"),
        ("one", 4, "the task was set aside: 2 hosts died while it ran"),
        ("two", 1, "cancelled"),
    ]
    returned = [event.data for event in ledger.events(number) if event.name == "task_returned"]
    assert [(each["task_id"], each["attempt"], each["process"]) for each in returned[:2]] == [
        ("one", 1, leaves),
        ("one", 2, hangs),
    ]
    shown = lines(ledger.get(number))
    assert "attempts at task one of step 1:" in shown
    assert not any("task two of" in line for line in shown)
