"""F15: a host dies by SIGKILL with REPLs running; what had landed is kept, and only the rest runs again."""

import json
from pathlib import Path

import pytest

from orchestration.states import Status
from replwright.local import processes
from tests.support.failpoints import environ, fired
from tests.support.plans import message, spawn, spawns
from tests.support.rig import Rig, until
from tests.support.scripted_model import ScriptedModel
from tests.support.servers import kill

QUICK, LONG = 10, 20


def test_f15_only_the_unfinished_repls_of_a_killed_host_run_again(rig: Rig) -> None:
    # given a host with 20 REPLs running, whose other ten have landed
    quick = [spawn(f"quick{n}", f"{n} ** 2") for n in range(QUICK)]
    long = [spawn(f"long{n}", f"import time; time.sleep(6); {n} ** 3") for n in range(LONG)]
    with ScriptedModel((json.dumps(quick + long), message("all"))) as model:
        rig.dispatcher({"REPLWRIGHT_MAX_RUNNING": str(LONG)})
        rig.worker("planner", model=model)
        job = rig.submit()

        def states() -> list[str]:
            return sorted(task.state for task in rig.ledger.get(job).tasks)

        until(lambda: states() == ["done"] * QUICK + ["running"] * LONG, "20 REPLs to run")
        host = rig.host_pid()
        family = processes.descendants(host)

        # when
        kill(host)

        # then no REPL outlives it, and only the unfinished ones run again
        assert processes.wait_gone(family, 10.0) == []
        view = rig.wait(job)
        assert (view.status, view.answer) == (Status.SUCCEEDED, "all")
        assert {task.task_id: task.attempt for task in view.tasks} == {
            **{f"quick{n}": 1 for n in range(QUICK)},
            **{f"long{n}": 2 for n in range(LONG)},
        }
        assert [task.result and task.result.value for task in view.tasks] == [
            *(str(n**2) for n in range(QUICK)),
            *(str(n**3) for n in range(LONG)),
        ]
        again = [task_id for task_id, _, pid in rig.claimed() if int(pid) != host]
        assert sorted(again) == sorted(f"long{n}" for n in range(LONG))


@pytest.mark.parametrize(
    ("point", "attempt"),
    [
        pytest.param("after:claim_tasks", 2, id="after it claimed a task"),
        pytest.param("before:land", 2, id="before its result is committed"),
        pytest.param("after:land", 1, id="after the commit, before the next message is published"),
    ],
)
def test_a_host_killed_at_a_task_loses_nothing(rig: Rig, tmp_path: Path, point: str, attempt: int) -> None:
    # given a host that will kill itself at this point, once
    mark = tmp_path / "fired"
    with ScriptedModel((spawns(a="6 * 7"), message("42"))) as model:
        rig.dispatcher(environ(point, mark))
        rig.worker("planner", model=model)

        # when
        job = rig.submit()
        host = until(lambda: fired(mark), "the failpoint to fire")

        # then
        view = rig.wait(job)
        assert not processes.identify(host)
        assert (view.status, view.answer) == (Status.SUCCEEDED, "42")
        assert [(task.attempt, task.result and task.result.value) for task in view.tasks] == [(attempt, "42")]
        assert [step.ordinal for step in view.steps] == [1, 2]
        assert len(model.requests) == 2
