"""F09, F14: one REPL of a batch goes wrong; the others are not touched by it, and the model is told."""

import json
import os
import signal
from pathlib import Path

import pytest

from orchestration.states import ErrorKind, Status
from replwright.local import processes
from tests.support.plans import message, spawn
from tests.support.rig import Rig, until
from tests.support.scripted_model import ScriptedModel

MB = 1024**2


def batch(count: int, timeout_s: int = 3, **odd: str) -> str:
    """So many tasks that square their number; `odd` are codes by task id, first in the plan, with this timeout."""
    spawns = [spawn(task_id, code) | {"timeout_seconds": timeout_s} for task_id, code in odd.items()]
    spawns += [spawn(f"t{number}", f"{number} ** 2") for number in range(count)]
    return json.dumps(spawns)


def told(model: ScriptedModel, kind: ErrorKind) -> bool:
    """Whether the model's second turn showed it this error."""
    return kind.value in str(model.messages[1][-1]["content"])


def test_f09_one_of_a_hundred_repls_never_answers(rig: Rig) -> None:
    # given
    with ScriptedModel((batch(99, endless="while True: pass"), message("99 of 100"))) as model:
        rig.dispatcher()
        rig.worker("planner", model=model)

        # when
        view = rig.wait(rig.submit())

        # then
        assert (view.status, view.answer) == (Status.SUCCEEDED, "99 of 100")
        results = {task.task_id: task.result for task in view.tasks if task.result}
        endless = results.pop("endless")
        assert (endless.error_kind, endless.is_success) == (ErrorKind.TIMED_OUT, False)
        assert "timed out after 3 s" in (endless.stderr or "")
        assert {name: result.value for name, result in results.items()} == {f"t{n}": str(n * n) for n in range(99)}
        assert {task.attempt for task in view.tasks} == {1}
        assert told(model, ErrorKind.TIMED_OUT)


def test_f09_a_repl_that_stands_still_is_ended_at_its_deadline(rig: Rig) -> None:
    # given a REPL that can be told by its size, long enough for a busy machine to find it
    held = 350 * MB
    code = f"held = b'x' * {held}; import time; time.sleep(60)"
    with ScriptedModel((batch(9, timeout_s=10, stopped=code), message("9 of 10"))) as model:
        rig.dispatcher()
        rig.worker("planner", model=model)
        job = rig.submit()

        # when
        repl = until(lambda: _largest(rig.host_pid(), held), "the REPL")
        os.kill(repl.pid, signal.SIGSTOP)

        # then
        view = rig.wait(job)
        kinds = {task.task_id: task.result and task.result.error_kind for task in view.tasks}
        assert kinds.pop("stopped") is ErrorKind.TIMED_OUT
        assert set(kinds.values()) == {None}
        assert told(model, ErrorKind.TIMED_OUT)
        assert processes.wait_gone([repl], 10.0) == []


@pytest.mark.parametrize("flavour", ["", "import numpy\n"], ids=["bare", "with numpy"])
def test_f14_a_repl_over_its_memory_is_told_so_and_the_others_are_not_touched(rig: Rig, flavour: str) -> None:
    # given a REPL that takes ever more
    code = flavour + "held = []\nwhile True: held.append(bytearray(16_000_000))"
    with ScriptedModel((batch(19, timeout_s=60, greedy=code), message("19 of 20"))) as model:
        rig.dispatcher()
        rig.worker("planner", model=model)

        # when
        view = rig.wait(rig.submit())

        # then
        results = {task.task_id: task.result for task in view.tasks if task.result}
        greedy = results.pop("greedy")
        assert greedy.error_kind is ErrorKind.OUT_OF_MEMORY
        assert "512 MB" in (greedy.stderr or "")
        assert {name: result.value for name, result in results.items()} == {f"t{n}": str(n * n) for n in range(19)}
        assert {task.attempt for task in view.tasks} == {1}
        assert told(model, ErrorKind.OUT_OF_MEMORY)


def _largest(host: int, size: int) -> processes.Identity | None:
    """The descendant of the host that holds at least so many bytes."""
    for each in processes.descendants(host):
        try:
            resident = int(Path(f"/proc/{each.pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
        except OSError:
            continue
        if resident > size:
            return each
    return None
