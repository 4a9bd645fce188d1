"""F01, F02, F03, F17: a worker dies by SIGKILL at the worst moments, and the job goes on."""

import signal
from pathlib import Path

import pytest

from orchestration.states import Reason, Status
from tests.support.failpoints import environ
from tests.support.plans import message, spawns
from tests.support.rig import Rig, until
from tests.support.scripted_model import ScriptedModel

TWO_TURNS = (spawns(a="1 + 1", b="2 + 2"), message("two and four"))


@pytest.mark.parametrize(
    ("point", "most_calls"),
    [
        pytest.param("before:record_reply", 2, id="F01 after the model replied, before its reply is committed"),
        pytest.param("after:send", 1, id="F02 after the commit, before the broker's ack"),
        pytest.param("after:commit_plan", 1, id="F03 after the commit, before the next message is published"),
    ],
)
def test_a_worker_killed_in_a_step_loses_nothing(rig: Rig, tmp_path: Path, point: str, most_calls: int) -> None:
    # given a worker that will kill itself at this point, once
    mark = tmp_path / "fired"
    with ScriptedModel(TWO_TURNS) as model:
        rig.worker("dispatch", "dispatch")
        doomed = rig.worker("doomed", model=model, extra=environ(point, mark), app="tests.support.failing_app")

        # when it dies in the middle of the first step, and comes back
        job = rig.submit()
        until(lambda: mark.exists() and doomed.container.status == "exited", "the failpoint to fire")
        assert doomed.container.returncode == -signal.SIGKILL
        doomed.restart()

        # then the job ends as if nothing had happened
        view = rig.wait(job)
        assert (view.status, view.reason, view.answer) == (Status.SUCCEEDED, Reason.ANSWERED, "two and four")
        assert [step.ordinal for step in view.steps] == [1, 2]
        assert [task.result and task.result.value for task in view.tasks] == ["2", "4"]
        assert len(model.requests) - 1 <= most_calls


def test_f17_results_land_and_the_job_resumes_without_the_worker_that_dispatched_it(rig: Rig) -> None:
    # given a batch that runs for a while
    with ScriptedModel((spawns(slow="import time; time.sleep(2); 'slept'"), message("done"))) as model:
        rig.worker("planner", model=model)
        dispatcher = rig.worker("dispatch", "dispatch")
        job = rig.submit()
        until(lambda: any(task.state == "running" for task in rig.ledger.get(job).tasks), "the task to run")

        # when the Celery worker that handed it to the pool dies
        dispatcher.kill()
        assert dispatcher.container.returncode == -signal.SIGKILL
        assert rig.ledger.get(job).tasks[0].state == "running"

        # then its result lands from the pool, and the job resumes
        view = rig.wait(job)
        assert view.answer == "done"
        assert [(task.attempt, task.result and task.result.value) for task in view.tasks] == [(1, "'slept'")]
