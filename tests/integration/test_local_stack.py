"""The embedded stack with its real servers: shared, restarted, ended, and never in the way of another."""

import json
import os
import signal
import stat
import threading
from collections.abc import Iterator

import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from orchestration.errors import ServiceMissing
from replwright.local import files, paths, stack
from replwright.local.endpoints import Endpoints
from replwright.settings import Settings
from tests.support.cli import environ, replwright
from tests.support.homes import home
from tests.support.local_servers import SERVERS, await_back, broker_client, serves


@pytest.fixture(scope="module")
def running() -> Iterator[tuple[Settings, Endpoints]]:
    """One stack of servers for the tests that leave it running."""
    with home() as settings:
        yield settings, stack.ensure(settings, stops_when_idle=False, ends_with_caller=True, only=SERVERS)


def test_two_stacks_serve_at_once_on_one_machine(running: tuple[Settings, Endpoints]) -> None:
    with home() as other:
        endpoints = stack.ensure(other, only=SERVERS)

        assert serves(endpoints)
        assert serves(running[1])


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
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert len(found) == 4
        assert len(set(found)) == 1


def test_a_broker_that_is_killed_comes_back_with_what_it_held(running: tuple[Settings, Endpoints]) -> None:
    # given
    settings, endpoints = running
    with broker_client(endpoints) as broker:
        broker.set("kept", "yes")
        broker.waitaof(1, 0, 5000)
    state = stack.current(settings)
    assert state is not None

    # when
    os.kill(state.services["valkey"].pid, signal.SIGKILL)

    # then
    await_back(settings, "valkey")
    with broker_client(endpoints) as broker:
        assert broker.get("kept") == b"yes"


def test_a_database_that_is_killed_comes_back(running: tuple[Settings, Endpoints]) -> None:
    settings, endpoints = running
    state = stack.current(settings)
    assert state is not None

    os.kill(state.services["postgres"].pid, signal.SIGKILL)

    await_back(settings, "postgres")
    assert serves(endpoints)


def test_what_is_secret_is_readable_by_its_owner_alone(running: tuple[Settings, Endpoints]) -> None:
    settings, _ = running
    run = settings.home / "run"

    assert {stat.S_IMODE(path.stat().st_mode) for path in settings.home.iterdir()} == {0o700}
    assert {stat.S_IMODE(path.stat().st_mode) for path in run.iterdir()} <= {0o600, 0o700}


def test_the_parents_of_the_home_keep_their_modes(running: tuple[Settings, Endpoints]) -> None:
    # PostgreSQL, started by root, runs as another user: nothing is opened for it.
    assert stat.S_IMODE(running[0].home.stat().st_mode) == 0o700
    assert serves(running[1])


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


def test_the_state_of_the_stack_is_no_json_for_others(running: tuple[Settings, Endpoints]) -> None:
    shown = replwright("status", "--json", env=environ(running[0].home))

    secret = running[1].broker_url.split(":")[2].split("@")[0]
    assert secret not in json.dumps(shown.json)
    assert running[1].ray_token not in json.dumps(shown.json)
    assert files.read_json(paths.state_path(running[0].home)) is not None
