"""F05, F06: a step outlives the broker's patience, or its worker stands still for longer than its lease."""

import signal
import threading
from pathlib import Path

import pytest
from pytest_celery import CeleryTestWorker
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from orchestration.states import Status
from tests.support.failpoints import environ, fired
from tests.support.plans import message, spawns
from tests.support.rig import WAIT_S, Rig, until
from tests.support.scripted_model import ScriptedModel

# What tests.support.impatient_app tells of a message that the broker had given out before.
AGAIN = "delivered again"
_LOST = text("SELECT lost FROM processes WHERE pid = :pid AND kind = 'worker' ORDER BY id LIMIT 1")
_LOCK = text("SELECT id FROM orchestrations WHERE id = :id FOR NO KEY UPDATE")
_LATE = text(
    "SELECT count(*) FROM model_calls WHERE orchestration_id = :id AND plan_attempt = 1"
    " AND failure LIKE 'came too late%'"
)


# Redis alone loses patience with a step; the fast faults run on other brokers, too.
@pytest.mark.slow
def test_f05_a_second_copy_of_a_message_meets_the_live_lease_and_leaves(rig: Rig) -> None:
    # given a broker that delivers again after 2 seconds, and a step that takes as long as we like
    answered = threading.Event()

    def script(turn: int) -> str:
        if turn == 1:
            answered.wait(WAIT_S)
        return spawns(a="1 + 1") if turn == 1 else message("two")

    with ScriptedModel(script) as model:
        try:
            rig.dispatcher()
            workers = [rig.worker(f"planner{n}", model=model, app="tests.support.impatient_app") for n in range(2)]
            job = rig.submit()
            until(lambda: model.requests, "the model to be asked")

            # when its message comes again while it goes on
            until(lambda: _count(workers, AGAIN), "a second delivery")
            until(lambda: _count(workers, "'nothing due'"), "it to leave")
            [step] = rig.ledger.get(job).steps
            assert (step.status, step.plan_attempt) == ("planning", 1)
        finally:
            answered.set()

        # then the first goes on undisturbed
        view = rig.wait(job)
        assert (view.status, view.answer) == (Status.SUCCEEDED, "two")
        assert [(step.ordinal, step.plan_attempt) for step in view.steps] == [(1, 1), (2, 1)]
        assert len(model.requests) == 2


@pytest.mark.slow
def test_f06_the_late_write_of_a_worker_that_stood_still_past_its_lease_is_refused(rig: Rig, tmp_path: Path) -> None:
    # given a worker that stands still once the model has replied, before the reply is committed
    mark = tmp_path / "fired"
    with ScriptedModel((spawns(a="1 + 1"), message("two"))) as model:
        rig.dispatcher()
        stops = environ("before:record_reply", mark, signal.SIGSTOP)
        paused = rig.worker("paused", model=model, extra=stops, app="tests.support.failing_app")
        job = rig.submit()
        until(lambda: fired(mark), "the failpoint to fire")
        assert fired(mark) == paused.container.pid

        # when it is silent for too long, though it exists, and another takes its step
        rig.worker("awake", model=model)
        with rig.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            until(lambda: connection.execute(_LOST, {"pid": paused.container.pid}).scalar(), "it to be given up")
            assert paused.container.status == "running"
            view = rig.wait(job)

            # and then it goes on
            assert connection.execute(_LATE, {"id": job}).scalar() == 0
            paused.container.kill("SIGCONT")

            # then its write comes too late, and changes nothing
            until(lambda: connection.execute(_LATE, {"id": job}).scalar() == 1, "its late write to be refused")
        until(lambda: "given up: " in paused.logs(), "it to learn of that")
        assert (view.status, view.answer) == (Status.SUCCEEDED, "two")
        assert [(step.ordinal, step.plan_attempt, step.losses) for step in view.steps] == [(1, 2, 1), (2, 1, 0)]
        after = rig.ledger.get(job)
        assert (after.answer, after.steps, after.tasks) == (view.answer, view.steps, view.tasks)
        assert len(model.requests) == 3


@pytest.mark.slow
def test_f06_a_transaction_that_stands_still_holds_up_its_job_for_a_few_seconds_only(rig: Rig) -> None:
    # given somebody who stands still in the middle of a transaction on a job that is due
    with ScriptedModel((spawns(a="1 + 1"), message("two"))) as model, rig.engine.connect() as still:
        rig.dispatcher()
        rig.worker("planner", model=model)
        job = rig.submit(send=False)
        still.execute(_LOCK, {"id": job})

        # when
        view = rig.wait(job)

        # then the server took its lock away
        assert (view.status, view.answer) == (Status.SUCCEEDED, "two")
        with pytest.raises(DBAPIError):
            still.execute(_LOCK, {"id": job})


def _count(workers: list[CeleryTestWorker], words: str) -> int:
    return sum(worker.logs().count(words) for worker in workers)
