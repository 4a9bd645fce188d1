"""However a stack ends, nothing of it stays behind; and it ends only when it should."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from replwright.local import processes, stack
from replwright.settings import Settings
from tests.support.cli import environ
from tests.support.homes import family, home, left_behind
from tests.support.local_servers import SERVERS, back, serves


@pytest.mark.parametrize("victims", [("supervisor",), ("warden",), ("warden", "supervisor")])
def test_nothing_outlives_a_stack_that_is_killed(victims: tuple[str, ...]) -> None:
    with home() as settings:
        stack.ensure(settings, only=SERVERS)
        state, members = stack.current(settings), family(settings)
        assert state is not None

        for victim in victims:
            os.kill(getattr(state, victim).pid, signal.SIGKILL)

        assert left_behind(members, settings) == []
        assert serves(stack.ensure(settings, only=SERVERS))


def test_a_stack_that_is_asked_to_end_leaves_no_process_and_no_file_of_the_moment() -> None:
    with home() as settings:
        stack.ensure(settings, only=SERVERS)
        members = family(settings)

        os.kill(members[0].pid, signal.SIGTERM)

        assert left_behind(members, settings) == []
        assert sorted(path.name for path in (settings.home / "run").iterdir()) == ["lease", "lock"]
        assert stack.attach(settings) is None


def test_a_stack_ends_with_the_caller_it_is_tied_to() -> None:
    with home() as settings:
        code = (
            "import sys, time; from replwright import settings; from replwright.local import stack; "
            "stack.ensure(settings.load(), ends_with_caller=True, only=('valkey',)); "
            "print(1, flush=True); time.sleep(60)"
        )
        caller = subprocess.Popen([sys.executable, "-c", code], env=environ(settings.home), stdout=subprocess.PIPE)
        assert caller.stdout is not None
        caller.stdout.readline()
        members = family(settings)

        caller.kill()
        caller.wait()
        caller.stdout.close()

        assert left_behind(members, settings) == []


def test_a_stack_without_work_stops_by_itself_but_not_while_somebody_waits() -> None:
    with home() as settings:
        hasty = Settings(home=settings.home, idle_s=1.0)
        stack.ensure(hasty, only=("schema", "valkey"))
        members = family(hasty)

        with stack.lease(hasty):
            time.sleep(2.5)
            assert stack.attach(hasty) is not None

        assert left_behind(members, hasty, within_s=30.0) == []


def test_a_ray_head_that_is_killed_leaves_nothing_and_comes_back() -> None:
    with home() as settings:
        # given
        stack.ensure(settings, only=("ray",))
        members = family(settings)
        reaper = next(p for p in members if b"local.reaper" in Path(f"/proc/{p.pid}/cmdline").read_bytes())
        head, *rest = processes.descendants(reaper.pid)

        # when
        processes.send(head, signal.SIGKILL)

        # then
        assert processes.wait_gone([head, *rest], 15) == []
        deadline = time.monotonic() + 60
        while (state := stack.current(settings)) and not back(state, "ray"):
            assert time.monotonic() < deadline
            time.sleep(0.1)
        assert state is not None

        # and when the stack is killed outright
        members = family(settings)
        for each in (state.warden, state.supervisor):
            processes.send(each, signal.SIGKILL)
        assert left_behind(members, settings) == []
