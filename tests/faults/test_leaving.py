"""F19: a worker, a host or beat is sent SIGTERM in the middle of its work, as at every deploy; or it just dies."""

import os
import signal
import sys

import pytest
from sqlalchemy import text

from orchestration.states import Status
from replwright.local import processes
from tests.support import host_wiring
from tests.support.plans import message, spawns
from tests.support.process_nodes import ProcessContainer
from tests.support.rig import Rig, until
from tests.support.scripted_model import Answer, ScriptedModel

_LEFT = text("SELECT ended_at IS NOT NULL AND NOT lost FROM processes WHERE pid = ANY(:pids) ORDER BY id")
_TASKS = text("SELECT task_id, attempt, tries, losses FROM repl_tasks WHERE orchestration_id = :id ORDER BY task_id")
_LOST = text(
    "SELECT ended_at IS NOT NULL, lost FROM processes WHERE pid = :pid AND kind = :kind ORDER BY id DESC LIMIT 1"
)
_PLANNERS = text(
    "SELECT DISTINCT process.pid FROM steps JOIN processes process ON process.id = steps.process_id"
    " WHERE steps.status = 'planning'"
)


@pytest.mark.parametrize(
    "options",
    [
        pytest.param(("-P", "threads", "-c", "4"), id="threads"),
        pytest.param(
            ("-P", "prefork", "-c", "1"),
            id="prefork, whose children are not sent the signal",
            marks=pytest.mark.slow,
        ),
    ],
)
def test_f19_a_worker_that_leaves_while_the_model_hangs_gives_its_step_back_at_once(
    rig: Rig, options: tuple[str, ...]
) -> None:
    # given a model that takes the first request, and never answers it
    with ScriptedModel((spawns(a="1 + 1"), message("two")), failures=(Answer(hang=True),)) as model:
        rig.dispatcher()
        leaving = rig.worker("leaving", model=model, options=options)
        job = rig.submit()
        until(lambda: model.requests, "the model to be asked")
        with rig.engine.connect() as connection:
            [planner] = connection.execute(_PLANNERS).scalars()

        # when its worker is told to leave
        leaving.kill("SIGTERM")

        # then it ends in good order, long before the model would, and the step is free at no cost
        assert leaving.container.returncode == 0
        with rig.engine.connect() as connection:
            left = connection.execute(_LEFT, {"pids": [planner, leaving.container.pid]}).scalars().all()
        assert left
        assert all(left)
        [step] = rig.ledger.get(job).steps
        assert (step.status, step.plan_attempt, step.tries, step.losses) == ("ready", 1, 0, 0)
        assert rig.ledger.get(job).usage.model_calls == 1

        # and another worker goes on with it
        rig.worker("staying", model=model)
        view = rig.wait(job)
        assert (view.status, view.answer) == (Status.SUCCEEDED, "two")
        assert [(step.ordinal, step.tries, step.losses) for step in view.steps] == [(1, 1, 0), (2, 1, 0)]
        assert len(model.requests) == 3


def test_a_host_that_is_told_to_end_gives_back_what_it_runs_at_no_cost(rig: Rig) -> None:
    # given
    waits = "import time; time.sleep(5); 'slept'"
    with ScriptedModel((spawns(a=waits, b=waits), message("done"))) as model:
        rig.dispatcher({host_wiring.BYSTANDER: "1"})
        rig.worker("planner", model=model)
        job = rig.submit()
        until(lambda: [task.state for task in rig.ledger.get(job).tasks] == ["running"] * 2, "both tasks to run")
        host = rig.host_pid()
        known = processes.identify(host)
        assert known
        bystander = processes.identify(rig.bystander())
        assert bystander
        repls = [each for each in processes.descendants(host) if each != bystander]

        # when
        os.kill(host, signal.SIGTERM)

        # then nobody ends its children before it has left: the end of its REPLs would be a crash of their code
        try:
            assert processes.wait_gone([known, *repls], 60.0) == []
            assert processes.alive(bystander)
        finally:
            processes.send(bystander, signal.SIGKILL)

        # and another host runs its tasks
        view = rig.wait(job, 120.0)
        assert view.answer == "done"
        with rig.engine.connect() as connection:
            assert connection.execute(_LOST, {"pid": host, "kind": "host"}).one() == (True, False)
            assert connection.execute(_TASKS, {"id": job}).all() == [("a", 2, 1, 0), ("b", 2, 1, 0)]


def test_a_worker_that_was_killed_is_seen_to_be_gone_by_its_neighbours(rig: Rig) -> None:
    # given
    with ScriptedModel((spawns(a="1 + 1"), message("two")), failures=(Answer(hang=True),)) as model:
        rig.dispatcher()
        doomed = rig.worker("doomed", model=model)
        job = rig.submit()
        until(lambda: model.requests, "the model to be asked")
        neighbour = rig.worker("neighbour", model=model)

        # when
        doomed.kill()

        # then nobody waits until it was silent for long enough
        view = rig.wait(job)
        assert (view.status, view.answer, view.steps[0].losses) == (Status.SUCCEEDED, "two", 1)
        told = [node.logs().count(f"pid {doomed.container.pid}") for node in rig.nodes if node is not doomed]
        assert sum(told) == 1, neighbour.logs()


def test_beat_is_known_while_it_runs_and_leaves_when_it_is_told_to(rig: Rig) -> None:
    # given
    log = rig.home / "logs" / "beat.log"
    command = [sys.executable, "-m", "celery", "-A", "workers.app", "beat", "--pidfile=", "-s", str(rig.home / "beat")]
    beat = ProcessContainer("beat", command, os.environ | rig.endpoints.environ(), log, "beat: Starting")

    def state() -> tuple[bool, bool] | None:
        with rig.engine.connect() as connection:
            row = connection.execute(_LOST, {"pid": beat.pid, "kind": "beat"}).one_or_none()
        return row and (row[0], row[1])

    try:
        until(lambda: state() == (False, False), "beat to be known")
        # when
        beat.kill("SIGTERM")
        # then
        assert beat.returncode == 0
        assert state() == (True, False)
    finally:
        beat.teardown()
