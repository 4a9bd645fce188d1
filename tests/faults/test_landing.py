"""F07, F08: results land at the same moment, or in reverse order."""

import random
import threading
from collections.abc import Sequence

import pytest

from models.ledger import PostgresLedger
from orchestration.records import ClaimedTask, Hint, Landing
from orchestration.state import assemble
from orchestration.tools import REPLState
from tests.support.driver import Driver, ScriptedModel, job, planned, result_of

pytestmark = pytest.mark.usefixtures("promises")


def _land_together(ledger: PostgresLedger, held: Sequence[tuple[int, ClaimedTask]]) -> list[Hint]:
    together = threading.Barrier(len(held))
    hints: list[Hint] = []

    def land(host: int, task: ClaimedTask) -> None:
        together.wait()
        hints.extend(ledger.land(host, [Landing(task, result_of(task))]).hints)

    threads = [threading.Thread(target=land, args=each) for each in held]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return hints


def test_f07_two_last_results_that_land_in_the_same_moment_resume_once(ledger: PostgresLedger) -> None:
    worker, hosts = (
        ledger.register("worker", "here", 1, "test"),
        [ledger.register("host", "here", n, "test") for n in (2, 3)],
    )
    for _ in range(40):
        # given two hosts with one task each, the last two of their batch
        planned(ledger, worker, job(), "a", "b")
        tasks = [ledger.claim_tasks(host, 1)[0] for host in hosts]

        # when both land at once
        hints = _land_together(ledger, list(zip(hosts, tasks, strict=True)))

        # then exactly one of them resumes, and one next step is there
        orchestration_id = tasks[0].orchestration_id
        assert [(hint.name, hint.orchestration_id) for hint in hints] == [("resume", orchestration_id)]
        assert [step.ordinal for step in ledger.get(orchestration_id).steps] == [1, 2]
        ledger.cancel(orchestration_id)


def test_f08_a_state_whose_results_came_in_reverse_equals_the_one_in_order(ledger: PostgresLedger) -> None:
    names = [f"t{number}" for number in range(20)]

    def state_after(order: Sequence[int]) -> REPLState:
        driver = Driver(ledger, ScriptedModel({}), random.Random(0))
        planned(ledger, driver.worker, job(), *names)
        tasks = sorted(ledger.claim_tasks(driver.host, 100), key=lambda task: task.id)
        for place in order:
            driver.land([tasks[place]])
        claim = driver.claim(driver.hints[-1])
        assert claim is not None
        state = assemble(ledger.turn(claim))
        ledger.cancel(claim.orchestration_id)
        return state

    in_order, in_reverse = state_after(range(20)), state_after(range(19, -1, -1))
    assert repr(in_order) == repr(in_reverse)
    assert [result.task_id for result in in_reverse.completed_results] == names
