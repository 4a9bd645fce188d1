"""Whether a neighbour is gone for certain, told of real processes."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from replwright import machine
from tests.support.rig import until

SLEEPS = [sys.executable, "-c", "import time; time.sleep(600)"]


@pytest.fixture
def child() -> Iterator[subprocess.Popen[bytes]]:
    started = subprocess.Popen(SLEEPS)
    yield started
    started.kill()
    started.wait()


def test_a_process_that_runs_or_stands_still_is_not_gone(child: subprocess.Popen[bytes]) -> None:
    # given
    since = machine.stat(child.pid).started
    assert not machine.is_gone(child.pid, since)
    # when
    child.send_signal(signal.SIGSTOP)
    until(lambda: machine.stat(child.pid).state == "T", "it to stand still")
    # then
    assert not machine.is_gone(child.pid, since)


def test_a_process_that_ended_is_gone_whether_or_not_its_parent_knows(child: subprocess.Popen[bytes]) -> None:
    # given
    since = machine.stat(child.pid).started
    # when
    child.kill()
    # then
    until(lambda: machine.stat(child.pid).state == "Z", "it to be a zombie")
    assert machine.is_gone(child.pid, since)
    child.wait()
    assert machine.is_gone(child.pid, since)


def test_another_process_of_the_same_pid_is_not_the_one_that_is_gone(child: subprocess.Popen[bytes]) -> None:
    since = machine.stat(child.pid).started
    assert machine.is_gone(child.pid, since - 1)
    assert machine.is_gone(child.pid, since + 1)


def test_a_process_that_proc_does_not_show_is_left_alone_while_a_signal_finds_it(
    child: subprocess.Popen[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    # given a /proc that hides it, as with hidepid
    since = machine.stat(child.pid).started
    monkeypatch.setattr(machine, "stat", _raising(FileNotFoundError))
    # then
    assert not machine.is_gone(child.pid, since)
    child.kill()
    child.wait()
    assert machine.is_gone(child.pid, since)


def test_a_process_that_may_not_be_looked_at_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "stat", _raising(PermissionError))
    assert not machine.is_gone(2**22 + 1, 1)


def test_processes_of_one_machine_name_it_alike_and_start_apart() -> None:
    # given
    code = "from replwright import machine; print(machine.this_process())"
    ours = machine.this_process()
    # when
    theirs = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    # then
    assert ours[0] == machine.here()
    assert ours[0]
    assert theirs.startswith(f"({ours[0]!r}, ")
    assert theirs.strip() != repr(ours)


def test_a_proc_of_other_processes_names_no_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "getpid", lambda: 2**22 + 1)
    assert machine.this_process() == (None, None)


def _raising(error: type[OSError]) -> object:
    def stat(_: int) -> machine.Stat:
        raise error

    return stat
