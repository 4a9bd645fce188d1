"""Tasks of a streamed plan that were dispatched before it was committed: a new claim or a repair has none of them."""

import pytest
from sqlalchemy import Engine

from models.ledger import PostgresLedger
from orchestration.records import Landing
from tests.support.database import Clock
from tests.support.driver import job, result_of, spawn
from tests.support.early import dispatch_early

pytestmark = pytest.mark.usefixtures("promises")


def test_a_new_claim_supersedes_what_the_one_before_it_dispatched(
    ledger: PostgresLedger, database_engine: Engine, clock: Clock
) -> None:
    # given a planner that dies with one task of its plan running and one pending
    dead, host = ledger.register("worker", "n", 1, "r"), ledger.register("host", "n", 2, "r")
    number = ledger.submit(job()).id
    claim = ledger.claim_step(number, dead, None)
    assert claim
    assert dispatch_early(database_engine, claim, "running", "pending")
    [running] = ledger.claim_tasks(host, 1)
    clock.advance(9)
    ledger.pulse(host)
    ledger.sweep()
    # when another plans the step
    again = ledger.claim_step(number, ledger.register("worker", "n", 3, "r"), None)
    assert again
    # then nothing of it runs on, lands or is claimed, and it cannot dispatch any more
    assert ledger.get(number).tasks == ()
    assert ledger.pulse(host).stop == (running.id,)
    assert ledger.land(host, [Landing(running, result_of(running))]).refused == (running.id,)
    assert ledger.claim_tasks(host, 9) == []
    assert not dispatch_early(database_engine, claim, "late")


def test_a_repair_supersedes_what_the_rejected_plan_dispatched(ledger: PostgresLedger, database_engine: Engine) -> None:
    # given
    worker, host = ledger.register("worker", "n", 1, "r"), ledger.register("host", "n", 2, "r")
    number = ledger.submit(job()).id
    claim = ledger.claim_step(number, worker, None)
    assert claim
    assert dispatch_early(database_engine, claim, "early")
    [early] = ledger.claim_tasks(host, 1)
    # when
    repaired = ledger.start_repair(claim, ["the code of the second task does not compile"])
    ledger.commit_plan(repaired, [spawn("early"), spawn("two")], None)
    # then the same name is free again, and only the new plan's tasks run
    assert ledger.land(host, [Landing(early, result_of(early))]).refused == (early.id,)
    tasks = ledger.claim_tasks(host, 9)
    assert [task.spawn.task_id for task in tasks] == ["early", "two"]
    assert len(ledger.land(host, [Landing(task, result_of(task)) for task in tasks]).hints) == 1


def test_no_turn_and_no_task_sees_a_result_of_an_attempt_that_was_given_up(
    ledger: PostgresLedger, database_engine: Engine, clock: Clock
) -> None:
    # given a result that landed early, before its planner died
    dead, host = ledger.register("worker", "n", 1, "r"), ledger.register("host", "n", 2, "r")
    number = ledger.submit(job()).id
    claim = ledger.claim_step(number, dead, None)
    assert claim
    assert dispatch_early(database_engine, claim, "early")
    ledger.land(host, [Landing(task, result_of(task)) for task in ledger.claim_tasks(host, 1)])
    clock.advance(9)
    ledger.pulse(host)
    ledger.sweep()
    # when two more steps are planned by another
    worker = ledger.register("worker", "n", 3, "r")
    seen = []
    for name in ("one", "two"):
        again = ledger.claim_step(number, worker, None)
        assert again
        seen.append([result.task_id for result in ledger.turn(again).results])
        ledger.commit_plan(again, [spawn(name)], None)
        tasks = ledger.claim_tasks(host, 9)
        seen.append([result.task_id for task in tasks for result in task.earlier])
        ledger.land(host, [Landing(task, result_of(task)) for task in tasks])
    # then
    assert seen == [[], [], ["one"], ["one"]]
