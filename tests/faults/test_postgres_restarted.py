"""F12: PostgreSQL is killed and comes back, again and again, under jobs whose answers can be told apart."""

import random
import re
import time
from uuid import UUID

import pytest

from orchestration.states import Status
from tests.support.plans import message, spawns
from tests.support.rig import Rig, until
from tests.support.scripted_model import Reply, Request, ScriptedModel
from tests.support.seeds import seeds


def _numbers(question: str) -> tuple[int, int]:
    found = re.match(r"(\d+) and (\d+)", question)
    assert found
    return int(found[1]), int(found[2])


def _answering(asked: Request) -> Reply:
    """Two tasks over the question's own numbers, then one over their results, then the answer: what that found."""
    a, b = _numbers(asked.question)
    if not asked.results:
        return spawns(product=f"{a} * {b}", total=f"import time; time.sleep(0.2); {a} + {b}")
    if len(asked.results) == 2:
        return spawns(both="int(results['product'].value) * 1000 + int(results['total'].value)")
    return message(f"it is {asked.values[-1]}")


@pytest.mark.parametrize(
    ("jobs", "restarts", "between_s"),
    [
        pytest.param(12, 3, (1.0, 3.0), id="12 jobs"),
        pytest.param(200, 12, (5.0, 40.0), id="200 jobs", marks=[pytest.mark.slow, pytest.mark.timeout(1200)]),
    ],
)
def test_f12_every_answer_is_exact_though_postgresql_restarts(
    rig: Rig, jobs: int, restarts: int, between_s: tuple[float, float]
) -> None:
    # given
    [seed] = seeds(f"f12 {jobs}", 1)
    chance = random.Random(seed)
    asked: dict[UUID, tuple[int, int]] = {}
    with ScriptedModel(answering=_answering, delay_s=0.1) as model:
        rig.dispatcher()
        rig.worker("planner", model=model)
        rig.worker("planner2", model=model)

        def submit(count: int) -> None:
            for _ in range(count):
                numbers = chance.randrange(10**6), chance.randrange(10**6)
                asked[rig.submit(f"{numbers[0]} and {numbers[1]}")] = numbers

        # when: it goes while jobs are at every stage
        for _ in range(restarts):
            submit(jobs // restarts)
            time.sleep(chance.uniform(*between_s))
            with rig.servers.away("postgres"):
                time.sleep(chance.uniform(0.0, 2.0))
            until(lambda: rig.ledger.list(1), "PostgreSQL to answer")
        submit(jobs - len(asked))

        # then
        for job, (a, b) in asked.items():
            view = rig.wait(job, 300)
            assert (view.status, view.answer) == (Status.SUCCEEDED, f"it is {a * b * 1000 + a + b}")
            assert [step.ordinal for step in view.steps] == [1, 2, 3]
