"""F04, F10: messages are repeated, or all lost; the rows decide."""

from orchestration.records import Hint
from orchestration.states import Status
from tests.support.plans import message, spawns
from tests.support.rig import Rig, until
from tests.support.scripted_model import ScriptedModel


def test_f04_the_same_message_delivered_five_times_at_once_makes_one_step(rig: Rig) -> None:
    # given two workers, and a job that nobody was told of
    with ScriptedModel((spawns(a="1"), message("one")), delay_s=1.0) as model:
        rig.worker("dispatch", "dispatch")
        workers = [rig.worker(f"planner{n}", model=model) for n in range(2)]
        job = rig.submit(send=False)

        # when its message arrives five times
        rig.hints.send([Hint("plan", job)] * 5)

        # then one delivery plans, and four leave quietly
        def left() -> int:
            return sum(worker.logs().count("'nothing due'") for worker in workers)

        view = rig.wait(job)
        until(lambda: left() >= 4, "four deliveries to leave")
        assert view.status is Status.SUCCEEDED
        assert [(step.ordinal, step.plan_attempt) for step in view.steps] == [(1, 1), (2, 1)]
        assert len(model.requests) == 2


def test_f10_every_job_continues_after_the_broker_was_emptied(rig: Rig) -> None:
    # given jobs in flight, at every stage
    with ScriptedModel(
        lambda turn: spawns(a="import time; time.sleep(0.3); 1") if turn == 1 else message("one")
    ) as model:
        rig.worker("dispatch", "dispatch")
        rig.worker("planner", model=model)
        jobs = [rig.submit() for _ in range(12)]
        emptied = 0

        # when everything in the broker is lost, several times
        for _ in range(4):
            until(lambda: any(rig.ledger.get(job).status is Status.WAITING for job in jobs), "a job to wait")
            rig.broker.empty()
            emptied += 1
            if all(rig.ledger.get(job).status.is_terminal for job in jobs):
                break

        # then all of them end well, each step planned once
        assert emptied
        for job in jobs:
            view = rig.wait(job)
            assert view.status is Status.SUCCEEDED
            assert [step.ordinal for step in view.steps] == [1, 2]
