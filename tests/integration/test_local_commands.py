"""The commands of the stack, and what they say when it cannot be had."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from orchestration.errors import ExitCode, ServiceMissing
from replwright.local import stack
from replwright.local.state import Phase
from replwright.settings import Settings
from tests.support.cli import REPLWRIGHT, environ, replwright
from tests.support.homes import family, home, left_behind
from tests.support.local_servers import SERVERS
from tests.support.rig import until


def test_a_database_that_cannot_be_reached_is_one_line_without_its_password() -> None:
    with home() as settings:
        started = time.monotonic()
        done = replwright(
            "up", env=environ(settings.home, model="offline", database_url="postgresql://u:hunter2@127.0.0.1:1/db")
        )

        assert done.code == ExitCode.SERVICE_MISSING
        assert "the database postgresql://127.0.0.1:1/db cannot be reached" in done.err
        assert "REPLWRIGHT_DATABASE_URL" in done.err
        assert "hunter2" not in done.out + done.err
        assert "Traceback" not in done.err
        assert time.monotonic() - started < 60
        assert stack.current(settings) is None


def test_a_broker_that_cannot_be_reached_is_one_line_without_its_password() -> None:
    with home() as settings:
        done = replwright(
            "up", env=environ(settings.home, model="offline", broker_url="redis://:hunter2@127.0.0.1:1/0")
        )

        assert done.code == ExitCode.SERVICE_MISSING
        assert "the broker redis://127.0.0.1:1/0 cannot be reached; check REPLWRIGHT_BROKER_URL" in done.err
        assert "hunter2" not in done.out + done.err


@contextmanager
def _small_disk(folder: Path) -> Iterator[bool]:
    """A disk of 20 MB at the folder; False where we may not mount one."""
    mount = ["mount", "-t", "tmpfs", "-o", "size=20m,mode=0700", "none", str(folder)]
    mounted = os.geteuid() == 0 and subprocess.run(mount, capture_output=True, check=False).returncode == 0
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", str(folder)], check=True)


def test_a_disk_that_is_full_is_one_line_and_nothing_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    with home() as settings, _small_disk(settings.home) as small:
        if not small:
            monkeypatch.setattr("replwright.local.paths.NEEDED_NEW_BYTES", 2**62)

        with pytest.raises(ServiceMissing, match=r"the disk under .* is full; free some space"):
            stack.ensure(settings, only=SERVERS)

        assert left_behind([], settings) == []
        assert not (settings.home / "pg").exists()


def test_a_disk_that_fills_up_during_the_start_is_one_line_and_nothing_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    # given a disk that is not looked at beforehand
    with home() as settings, _small_disk(settings.home) as small:
        monkeypatch.setattr("replwright.local.paths.NEEDED_NEW_BYTES", 0 if small else 2**62)

        with pytest.raises(ServiceMissing, match=r"the disk under .* is full"):
            stack.ensure(settings, only=SERVERS)

        assert left_behind([], settings) == []
        assert not (settings.home / "pg" / "data").exists()


def test_a_port_in_use_is_named_by_the_command() -> None:
    with home() as settings, socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = replwright("up", "--detach", env=environ(settings.home, model="offline", valkey_port=port))

        assert done.code == ExitCode.SERVICE_MISSING
        assert f"port {port} is in use by another process; set REPLWRIGHT_VALKEY_PORT" in done.err


def test_up_wants_a_model_by_name() -> None:
    with home() as settings:
        done = replwright("up", env=environ(settings.home))

        assert done.code == ExitCode.BAD_INPUT
        assert "REPLWRIGHT_MODEL" in done.err


def test_status_and_down_without_a_stack() -> None:
    with home() as settings:
        env = environ(settings.home)

        assert replwright("status", env=env).code == ExitCode.SERVICE_MISSING
        assert replwright("down", "--json", env=env).json == {"stopped": False}


@contextmanager
def _up(settings: Settings, env: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """`replwright up` in the foreground, once it serves."""
    told = settings.home / "up.txt"
    with told.open("wb") as stream:
        up = subprocess.Popen([str(REPLWRIGHT), "up"], env=env, stderr=stream)
    try:
        deadline = time.monotonic() + 90
        while not ((state := stack.current(settings)) and state.phase is Phase.READY):
            assert up.poll() is None, told.read_text()
            assert time.monotonic() < deadline, told.read_text()
            time.sleep(0.2)
        yield up
    finally:
        up.kill()
        up.wait()


def test_up_stays_until_it_is_interrupted_and_takes_everything_along() -> None:
    with home() as settings:
        # given the whole stack, with workers, in the foreground
        env = environ(settings.home, model="offline")
        with _up(settings, env) as up:
            members = family(settings)
            commands = [Path(f"/proc/{each.pid}/cmdline").read_bytes() for each in members]
            assert sum(b"celery" in command and b"\0worker\0" in command for command in commands) == 2
            assert any(command.startswith(b"ray::") for command in commands)
            # A machine that is very busy may have a worker that was not heard of for a while.
            until(lambda: replwright("status", env=env).code == ExitCode.ANSWERED, "every queue to be served")
            assert replwright("doctor", "--json", env=env).json["healthy"]
            assert replwright("migrate", "--json", env=env).json["revision"]

            # when
            up.send_signal(signal.SIGINT)

            # then
            assert up.wait(30) == 0, (settings.home / "up.txt").read_text()
            assert left_behind(members, settings) == []
