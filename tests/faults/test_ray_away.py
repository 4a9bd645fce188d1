"""F16: the Ray head is killed and stays away, with batches in flight; the planners feel nothing, and the jobs wait."""

import time
from collections.abc import Iterable
from uuid import UUID

import pytest

from orchestration.states import Status
from tests.support.plans import message, spawns
from tests.support.rig import Rig, until
from tests.support.scripted_model import ScriptedModel


@pytest.mark.parametrize(
    "away_s",
    [
        pytest.param(10.0, id="for 10 s"),
        # Ray ends the process of a driver 60 s after its head has gone.
        pytest.param(75.0, id="for 75 s", marks=[pytest.mark.slow, pytest.mark.timeout(400)]),
    ],
)
def test_f16_jobs_wait_for_the_pool_and_planners_feel_nothing(rig: Rig, away_s: float) -> None:
    # given jobs whose batches run
    with ScriptedModel((spawns(a="import time; time.sleep(1); 6 * 7"), message("42"))) as model:
        dispatcher = rig.dispatcher()
        planner = rig.worker("planner", model=model)
        jobs = [rig.submit() for _ in range(4)]
        until(lambda: any(task.state == "running" for job in jobs for task in rig.ledger.get(job).tasks), "a REPL")
        pids = planner.container.pid, dispatcher.container.pid

        # when
        with rig.servers.away("ray"):
            back_at = time.monotonic() + away_s
            left = [job for job in jobs if not rig.ledger.get(job).status.is_terminal]
            left += [rig.submit() for _ in range(4)]

            # then the planners go on, and every job waits
            until(lambda: _statuses(rig, left) == {Status.WAITING}, "all jobs to be planned, and wait")
            until(lambda: "cannot be reached" in dispatcher.logs(), "it to be said")
            time.sleep(max(0.0, back_at - time.monotonic()))
            assert _statuses(rig, left) == {Status.WAITING}

        # and once the pool is back they finish, without anybody's help
        for job in {*jobs, *left}:
            view = rig.wait(job, 120)
            assert (view.status, view.answer) == (Status.SUCCEEDED, "42")
            assert [task.result and task.result.value for task in view.tasks] == ["42"]
        assert (planner.container.pid, dispatcher.container.pid) == pids
        assert planner.container.status == dispatcher.container.status == "running"


def _statuses(rig: Rig, jobs: Iterable[UUID]) -> set[Status]:
    return {rig.ledger.get(job).status for job in jobs}
