"""Whole orchestrations through the ledger alone: no Celery, no Ray, no model."""

import random
from collections.abc import Sequence

import pytest
from sqlalchemy import Engine

from models.checker import check
from models.ledger import PostgresLedger
from orchestration.records import ClaimedTask, Landing
from orchestration.states import Reason, Status
from orchestration.tools import REPLResult
from tests.support.driver import Driver, ScriptedModel, result_of
from tests.support.seeds import seeds


def _drive(ledger: PostgresLedger, script: dict[str, Sequence[Sequence[str]]], seed: int) -> Driver:
    return Driver(ledger, ScriptedModel(script), random.Random(seed))


@pytest.mark.parametrize("seed", seeds("drive", 2))
def test_results_land_in_any_order_and_every_promise_holds(
    ledger: PostgresLedger, database_engine: Engine, seed: int
) -> None:
    # given
    chance = random.Random(seed)
    script: dict[str, Sequence[Sequence[str]]] = {
        f"question {number}": [
            [f"s{step}_t{place}" for place in range(chance.randint(1, 5))] for step in range(chance.randint(0, 3))
        ]
        for number in range(12)
    }
    driver = _drive(ledger, script, seed)
    # when
    ids = {driver.submit(question): question for question in script}
    driver.to_the_end()
    # then
    print(f"seed {seed}")
    for number, question in ids.items():
        view = ledger.get(number)
        plans = script[question]
        expected = "".join(f"{task_id} has run\n" for plan in plans for task_id in plan)
        assert (view.status, view.reason) == (Status.SUCCEEDED, Reason.ANSWERED)
        assert view.answer == (expected.strip() or "nothing was asked")
        assert view.usage.model_calls == len(plans) + 1
    with database_engine.connect() as connection:
        assert check(connection, accepted=ids, asks=driver.model.asks, all_ended=True) == []


def test_results_in_reverse_order_give_the_same_turn_byte_for_byte(ledger: PostgresLedger) -> None:
    # given
    tasks = [f"t{place}" for place in range(6)]
    turns = []
    for reverse in (False, True):
        driver = _drive(ledger, {f"reverse {reverse}": [tasks]}, 0)
        number = driver.submit(f"reverse {reverse}")
        driver.take(driver.hints.pop())
        driver.take(driver.hints.pop())
        # when
        for task in sorted(driver.running, key=lambda task: task.id, reverse=reverse):
            driver.land([task])
        [resume] = driver.hints
        claim = ledger.claim_step(number, driver.worker, None)
        assert claim
        turns.append(ledger.turn(claim))
        assert resume.name == "resume"
    # then
    assert repr(turns[0].results).encode() == repr(turns[1].results).encode()
    assert [result.task_id for result in turns[0].results] == tasks


def test_what_postgres_cannot_store_is_replaced_in_results(ledger: PostgresLedger) -> None:
    # given
    driver = _drive(ledger, {"binary": [["noise"]]}, 0)

    def noise(task: ClaimedTask) -> REPLResult:
        return REPLResult("noise", False, stdout="a\x00b\ud800", stderr="\x00", value="\udfff", value_json="\x00")

    driver.run = noise
    number = driver.submit("binary")
    # when
    driver.to_the_end()
    # then
    [task] = ledger.get(number).tasks
    assert task.result == REPLResult(
        "noise", False, stdout="a\ufffdb\ufffd", stderr="\ufffd", value="\ufffd", value_json="\ufffd"
    )


def test_hints_carry_one_chain_of_celery_ids(ledger: PostgresLedger) -> None:
    # given
    driver = _drive(ledger, {"chain": [["one"]]}, 0)
    driver.submit("chain")
    [plan] = driver.hints
    # when
    driver.take(driver.hints.pop())
    [dispatch] = driver.hints
    driver.take(driver.hints.pop())
    driver.land(driver.running)
    [resume] = driver.hints
    # then
    root = "root of chain"
    assert (plan.name, plan.task_id, plan.root_task_id, plan.parent_task_id) == ("plan", root, root, None)
    assert (dispatch.name, dispatch.root_task_id, dispatch.parent_task_id) == ("dispatch", root, root)
    assert (resume.name, resume.root_task_id, resume.parent_task_id) == ("resume", root, root)


def test_a_changed_result_reaches_the_next_turn(ledger: PostgresLedger) -> None:
    # given
    driver = _drive(ledger, {"first": [["one"]], "second": [["one"]]}, 0)
    first, second = driver.submit("first"), driver.submit("second")
    driver.run = lambda task: REPLResult("one", True, stdout=f"seen by {task.orchestration_id}\n")
    # when
    driver.to_the_end()
    # then
    assert ledger.get(first).answer == f"seen by {first}"
    assert ledger.get(second).answer == f"seen by {second}"


def test_orchestrations_take_turns_at_the_hosts(ledger: PostgresLedger) -> None:
    # given: a batch of 50 whose first 10 run already, then a newcomer with two tasks
    driver = _drive(ledger, {"big": [[f"big{n}" for n in range(50)]], "small": [["small0", "small1"]]}, 0)
    driver.submit("big")
    driver.take(driver.hints.pop())
    first = ledger.claim_tasks(driver.host, 10)
    driver.hints.clear()
    driver.submit("small")
    driver.take(driver.hints.pop())
    # when
    second = ledger.claim_tasks(driver.host, 4)
    # then
    assert [task.spawn.task_id for task in first] == [f"big{n}" for n in range(10)]
    assert sorted(task.spawn.task_id for task in second) == ["big10", "big11", "small0", "small1"]


def test_a_task_sees_the_results_of_earlier_steps_only(ledger: PostgresLedger) -> None:
    # given
    driver = _drive(ledger, {"two steps": [["a", "b"], ["c", "d"]]}, 0)
    seen: dict[str, tuple[str, ...]] = {}

    def look(task: ClaimedTask) -> REPLResult:
        seen[task.spawn.task_id] = tuple(result.task_id for result in task.earlier)
        return result_of(task)

    driver.run = look
    driver.submit("two steps")
    # when
    driver.to_the_end()
    # then
    assert seen == {"a": (), "b": (), "c": ("a", "b"), "d": ("a", "b")}


def test_a_landing_that_was_lost_on_the_way_may_be_sent_again(ledger: PostgresLedger) -> None:
    # given
    driver = _drive(ledger, {"again": [["one", "two"]]}, 0)
    number = driver.submit("again")
    driver.take(driver.hints.pop())
    tasks = ledger.claim_tasks(driver.host, 2)
    landings = [Landing(task, result_of(task)) for task in tasks]
    first = ledger.land(driver.host, landings)
    # when
    second = ledger.land(driver.host, landings)
    # then
    assert first.landed == second.landed == tuple(task.id for task in tasks)
    assert (len(first.hints), second.hints, second.refused) == (1, (), ())
    assert [step.ordinal for step in ledger.get(number).steps] == [1, 2]
