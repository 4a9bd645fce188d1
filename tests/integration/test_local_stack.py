"""The embedded stack with its real servers: shared, restarted, ended, and never in the way of another."""

import json
import os
import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from orchestration.errors import ExitCode, ServiceMissing
from replwright.local import files, paths, processes, stack
from replwright.local.endpoints import Endpoints
from replwright.local.state import StackState
from replwright.settings import Settings
from tests.support.cli import REPLWRIGHT, environ, replwright
from tests.support.homes import family, home, left_behind

SERVERS = ("postgres", "valkey")


def _broker(endpoints: Endpoints) -> redis.Redis:
    return redis.Redis.from_url(endpoints.broker_url, socket_timeout=5)


def _serves(endpoints: Endpoints) -> bool:
    with (
        psycopg.connect(endpoints.database_url.replace("+psycopg", "")) as connection,
        _broker(endpoints) as broker,
    ):
        return connection.execute("SELECT 1").fetchone() == (1,) and bool(broker.ping())


def _back(state: StackState, service: str) -> bool:
    return state.services[service].restarts == 1 and state.services[service].state == "ready"


def _await_back(settings: Settings, service: str) -> None:
    deadline = time.monotonic() + 60
    while not ((state := stack.current(settings)) and _back(state, service)):
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.fixture(scope="module")
def running() -> Iterator[tuple[Settings, Endpoints]]:
    """One stack of servers for the tests that leave it running."""
    with home() as settings:
        yield settings, stack.ensure(settings, stops_when_idle=False, ends_with_caller=True, only=SERVERS)


def test_two_stacks_serve_at_once_on_one_machine(running: tuple[Settings, Endpoints]) -> None:
    with home() as other:
        endpoints = stack.ensure(other, only=SERVERS)

        assert _serves(endpoints)
        assert _serves(running[1])


def test_a_second_start_attaches(running: tuple[Settings, Endpoints]) -> None:
    settings, endpoints = running
    lines: list[str] = []

    assert stack.ensure(settings, lines.append) == endpoints
    assert lines == []


def test_starts_at_the_same_time_end_up_with_one_stack() -> None:
    with home() as settings:
        found: list[Endpoints] = []
        threads = [
            threading.Thread(target=lambda: found.append(stack.ensure(settings, only=("valkey",)))) for _ in range(4)
        ]
        # A stack ends with the thread that it was tied to, so it is not tied to one here.
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert len(found) == 4
        assert len(set(found)) == 1


def test_a_broker_that_is_killed_comes_back_with_what_it_held(running: tuple[Settings, Endpoints]) -> None:
    # given
    settings, endpoints = running
    with _broker(endpoints) as broker:
        broker.set("kept", "yes")
        broker.waitaof(1, 0, 5000)
    state = stack.current(settings)
    assert state is not None

    # when
    os.kill(state.services["valkey"].pid, signal.SIGKILL)

    # then
    _await_back(settings, "valkey")
    with _broker(endpoints) as broker:
        assert broker.get("kept") == b"yes"


def test_a_database_that_is_killed_comes_back(running: tuple[Settings, Endpoints]) -> None:
    settings, endpoints = running
    state = stack.current(settings)
    assert state is not None

    os.kill(state.services["postgres"].pid, signal.SIGKILL)

    _await_back(settings, "postgres")
    assert _serves(endpoints)


def test_what_is_secret_is_readable_by_its_owner_alone(running: tuple[Settings, Endpoints]) -> None:
    settings, _ = running
    run = settings.home / "run"

    assert stat.S_IMODE(settings.home.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in run.iterdir()} <= {0o600, 0o700}


def test_the_parents_of_the_home_keep_their_modes(running: tuple[Settings, Endpoints]) -> None:
    # PostgreSQL, started by root, runs as another user: nothing is opened for it.
    assert stat.S_IMODE(running[0].home.stat().st_mode) == 0o700
    assert _serves(running[1])


def test_the_broker_wants_its_password(running: tuple[Settings, Endpoints]) -> None:
    port = int(running[1].broker_url.rsplit(":", 1)[1].split("/")[0])

    with redis.Redis(port=port, retry=Retry(NoBackoff(), 0)) as stranger, pytest.raises(redis.AuthenticationError):
        stranger.ping()


def test_other_servers_in_the_settings_are_not_mistaken_for_the_running_stack(
    running: tuple[Settings, Endpoints],
) -> None:
    other = running[0].model_copy(update={"ray_address": "elsewhere:6379"})

    with pytest.raises(ServiceMissing, match="replwright down"):
        stack.attach(other)


def test_a_command_with_the_addresses_of_the_stack_attaches_too(running: tuple[Settings, Endpoints]) -> None:
    values = {name.removeprefix("REPLWRIGHT_").lower(): each for name, each in running[1].environ().items()}

    assert stack.attach(Settings.model_validate(values)) == running[1]


@pytest.mark.parametrize("victims", [("supervisor",), ("warden",), ("warden", "supervisor")])
def test_nothing_outlives_a_stack_that_is_killed(victims: tuple[str, ...]) -> None:
    with home() as settings:
        stack.ensure(settings, only=SERVERS)
        state, members = stack.current(settings), family(settings)
        assert state is not None

        for victim in victims:
            os.kill(getattr(state, victim).pid, signal.SIGKILL)

        assert left_behind(members, settings) == []
        assert _serves(stack.ensure(settings, only=SERVERS))


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


def test_a_port_in_use_is_named_by_the_command(running: tuple[Settings, Endpoints]) -> None:
    port = running[1].broker_url.rsplit(":", 1)[1].split("/")[0]
    with home() as settings:
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
        while replwright("status", env=env).code != ExitCode.ANSWERED:
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
            assert replwright("doctor", "--json", env=env).json["healthy"]
            assert replwright("migrate", "--json", env=env).json["revision"]

            # when
            up.send_signal(signal.SIGINT)

            # then
            assert up.wait(30) == 0, (settings.home / "up.txt").read_text()
            assert left_behind(members, settings) == []


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
        while (state := stack.current(settings)) and not _back(state, "ray"):
            assert time.monotonic() < deadline
            time.sleep(0.1)
        assert state is not None

        # and when the stack is killed outright
        members = family(settings)
        for each in (state.warden, state.supervisor):
            processes.send(each, signal.SIGKILL)
        assert left_behind(members, settings) == []


def test_the_state_of_the_stack_is_no_json_for_others(running: tuple[Settings, Endpoints]) -> None:
    shown = replwright("status", "--json", env=environ(running[0].home))

    secret = running[1].broker_url.split(":")[2].split("@")[0]
    assert secret not in json.dumps(shown.json)
    assert running[1].ray_token not in json.dumps(shown.json)
    assert files.read_json(paths.state_path(running[0].home)) is not None
