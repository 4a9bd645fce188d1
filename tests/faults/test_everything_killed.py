"""Everything dies at once by SIGKILL: workers, host, Ray, PostgreSQL and the broker; then it is all started again."""

import json
import signal
from collections import Counter
from pathlib import Path
from uuid import UUID

import pytest

from orchestration.states import EventName, Status
from replwright.local import processes
from tests.support.failpoints import environ, fired
from tests.support.plans import message, spawn, spawns
from tests.support.rig import Rig, until
from tests.support.scripted_model import ScriptedModel

EVERYTHING = ("postgres", "valkey", "ray")


def _kill_everything(rig: Rig) -> None:
    """All of it at once, then the servers and the workers again. Hosts are children of Ray."""
    host = processes.identify(rig.host_pid())
    assert host is not None
    with rig.servers.away(*EVERYTHING):
        for node in rig.nodes:
            if node.container.status == "running":
                node.kill()
            assert node.container.returncode == -signal.SIGKILL
        assert not processes.alive(host)
    for node in rig.nodes:
        node.restart()


@pytest.mark.parametrize(
    ("tasks", "landed", "long_s"),
    [
        pytest.param(40, 27, 8, id="27 of 40"),
        pytest.param(200, 137, 20, id="137 of 200", marks=[pytest.mark.slow, pytest.mark.timeout(600)]),
    ],
)
def test_only_what_had_not_landed_runs_again(rig: Rig, tasks: int, landed: int, long_s: int) -> None:
    # given a batch of which so many have landed, and the others run or are about to
    codes = [f"{n} ** 2" if n < landed else f"import time; time.sleep({long_s}); {n} ** 2" for n in range(tasks)]
    plan = json.dumps([spawn(f"t{n}", code) for n, code in enumerate(codes)])
    with ScriptedModel((plan, message("all"))) as model:
        rig.dispatcher({"REPLWRIGHT_MAX_RUNNING": str(tasks - landed)})
        rig.worker("planner", model=model)
        job = rig.submit()

        def states() -> Counter[str]:
            return Counter(task.state for task in rig.ledger.get(job).tasks)

        until(lambda: (now := states())["done"] == landed and now["running"] > 0, f"{landed} to land", 150)

        # when
        _kill_everything(rig)
        started = {task_id for task_id, attempt, _ in rig.claimed() if attempt == "1"}

        # then exactly the others run again: by their attempts, by the events, and by what the hosts wrote down
        view = rig.wait(job, 300)
        assert (view.status, view.answer) == (Status.SUCCEEDED, "all")
        done, unfinished = {f"t{n}" for n in range(landed)}, {f"t{n}" for n in range(landed, tasks)}
        assert {task.task_id for task in view.tasks if task.attempt == 2} == started - done
        assert {task.attempt for task in view.tasks} == {1, 2}
        assert [task.result and task.result.value for task in view.tasks] == [str(n * n) for n in range(tasks)]
        claimed = rig.claimed()
        events = _all_events(rig, job)
        assert (events[EventName.TASK_STARTED], events[EventName.TASK_LANDED]) == (len(claimed), tasks)
        first_host = claimed[0][2]
        assert sorted(task_id for task_id, _, pid in claimed if pid != first_host) == sorted(unfinished)


@pytest.mark.slow
def test_a_committed_reply_is_not_asked_for_again_after_everything_was_killed(rig: Rig, tmp_path: Path) -> None:
    # given a worker that died between its reply's commit and that of its plan
    mark = tmp_path / "fired"
    with ScriptedModel((spawns(a="1 + 1"), message("two"))) as model:
        rig.dispatcher({})
        rig.worker("doomed", model=model, extra=environ("before:commit_plan", mark), app="tests.support.failing_app")
        job = rig.submit()
        until(lambda: fired(mark) and rig.nodes[1].container.status == "exited", "the failpoint to fire")

        # when
        _kill_everything(rig)

        # then the plan comes from the journal
        view = rig.wait(job)
        assert (view.status, view.answer) == (Status.SUCCEEDED, "two")
        assert [step.plan_attempt for step in view.steps] == [2, 1]
        assert [request.turn for request in model.requests] == [1, 2]


def _all_events(rig: Rig, job: UUID) -> Counter[str]:
    found: Counter[str] = Counter()
    after = 0
    while events := rig.ledger.events(job, after):
        found.update(event.name for event in events)
        after = events[-1].seq
    return found
