"""F18: a job that kills its worker every time is set aside, and the others flow."""

import os
import signal
import threading
from uuid import UUID

import pytest
from sqlalchemy import text

from orchestration.limits import Limits
from orchestration.states import Reason, Status
from tests.support.plans import message, spawns
from tests.support.rig import Rig, until
from tests.support.scripted_model import Request, ScriptedModel

MOST = 2
_PLANNER = text(
    "SELECT process.pid FROM steps JOIN processes process ON process.id = steps.process_id"
    " WHERE steps.orchestration_id = :id AND steps.status = 'planning'"
)


class Killer:
    """A model that answers everybody in two turns, but kills whoever asks it for one job."""

    def __init__(self, rig: Rig) -> None:
        self._rig = rig
        self._known = threading.Event()
        self._deadly: UUID | None = None
        self.killed: list[int] = []

    def kill_for(self, job: UUID) -> None:
        self._deadly = job
        self._known.set()

    def answer(self, request: Request) -> str:
        if "deadly" in request.question:
            self._known.wait()
            with self._rig.engine.connect() as connection:
                pid = connection.execute(_PLANNER, {"id": self._deadly}).scalar_one()
            os.kill(pid, signal.SIGKILL)
            self.killed.append(pid)
        return message("two") if request.results else spawns(a="1 + 1")


@pytest.mark.slow
def test_f18_a_job_that_kills_its_worker_every_time_is_poisoned_and_the_queue_flows(rig: Rig) -> None:
    # given
    killer = Killer(rig)
    with ScriptedModel(answering=killer.answer) as model:
        rig.dispatcher()
        workers = [rig.worker(f"planner{n}", model=model) for n in range(2)]

        # when one job among others kills each worker that takes it
        others = [rig.submit() for _ in range(3)]
        deadly = rig.submit("a deadly question", limits=Limits(max_losses=MOST))
        killer.kill_for(deadly)
        others += [rig.submit() for _ in range(3)]

        # and each worker is started again, as its supervisor would
        def is_set_aside() -> bool:
            for worker in workers:
                if worker.container.status == "exited":
                    assert worker.container.returncode == -signal.SIGKILL
                    worker.restart()
            return rig.ledger.get(deadly).status.is_terminal

        until(is_set_aside, "the deadly job to be set aside", 120)

        # then it is set aside at its cap, and says why
        view = rig.ledger.get(deadly)
        assert (view.status, view.reason) == (Status.FAILED, Reason.POISONED)
        assert view.detail == f"{MOST} processes died while they worked on step 1"
        assert len(killer.killed) == MOST

        # and every other job has its answer
        assert {(rig.wait(job).status, rig.wait(job).answer) for job in others} == {(Status.SUCCEEDED, "two")}
