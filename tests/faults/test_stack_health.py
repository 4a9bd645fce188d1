"""`status`, `doctor`, `show` and `watch` say why jobs wait, for a stack whose servers and processes really go away."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestration.errors import ExitCode
from replwright.local import stack
from tests.support.cli import Ran, environ, replwright
from tests.support.homes import home
from tests.support.rig import until
from tests.support.servers import Servers


class Running:
    """A whole stack with the offline model."""

    def __init__(self, env: dict[str, str], servers: Servers) -> None:
        self.env, self.servers = env, servers

    def __call__(self, *arguments: str) -> Ran:
        return replwright(*arguments, env=self.env)

    def told(self, health: str, line: str) -> Ran:
        """`status`, once it says this."""

        def found() -> Ran | None:
            ran = self("status", "--json")
            said = ran.json["health"] == health and any(line in problem for problem in ran.json["problems"])
            return ran if said else None

        return until(found, f"status to say {health}: {line}", 90.0)  # type: ignore[no-any-return]

    def well(self) -> Ran:
        """`status`, once all is well."""

        def found() -> Ran | None:
            ran = self("status", "--json")
            return ran if ran.json["health"] == "ok" else None

        return until(found, "status to say ok", 90.0)  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    with home() as settings:
        named = settings.model_copy(update={"model": "offline"})
        stack.ensure(named, stops_when_idle=False, ends_with_caller=True)
        yield Running(environ(settings.home, model="offline"), Servers(named, {}))


def test_a_stack_that_serves_says_ok_and_exits_with_0(running: Running) -> None:
    shown = running.well()

    assert shown.code == ExitCode.ANSWERED
    assert (shown.json["serves"], shown.json["health"], shown.json["problems"]) == (True, "ok", [])


def test_without_the_broker_it_is_degraded_and_still_accepts(running: Running) -> None:
    running.well()
    with running.servers.away("valkey"):
        shown = running("status", "--json")
        submitted = running("submit", "how many are there?", "--json")

    assert shown.code == ExitCode.SERVICE_MISSING
    assert (shown.json["serves"], shown.json["health"]) == (False, "degraded")
    assert "the broker redis://127.0.0.1" in shown.json["problems"][0]
    assert submitted.code == ExitCode.ANSWERED
    running.well()


@pytest.mark.slow
def test_without_ray_it_is_degraded_and_an_open_job_says_why_it_waits(running: Running, tmp_path: Path) -> None:
    (tmp_path / "prices.csv").write_text("price\n1\n3\n")
    running.well()
    with running.servers.away("ray"):
        # given a job that needs a REPL
        job = running("submit", "What is the average price?", "--data", str(tmp_path / "prices.csv"), "--json")
        shown = running.told("degraded", "Ray at 127.0.0.")
        # The worker that drives Ray says so with its next heartbeat, or with the one after it.
        until(lambda: "batches wait" in running("show", job.json["id"]).out, "the job to say why it waits")
        examined = running("doctor")

    assert shown.code == ExitCode.SERVICE_MISSING
    assert "batches wait" in examined.out
    running.well()
    assert running("watch", job.json["id"]).code == ExitCode.ANSWERED


def test_without_workers_it_is_down(running: Running) -> None:
    running.well()
    with running.servers.away("plan", "dispatch"):
        shown = running.told("down", "no worker lives")

    assert shown.code == ExitCode.SERVICE_MISSING
    running.well()


def test_without_the_database_it_is_down_and_no_command_raises(running: Running) -> None:
    running.well()
    with running.servers.away("postgres"):
        shown, in_words = running("status", "--json"), running("status")

    assert (shown.code, shown.json["health"]) == (ExitCode.SERVICE_MISSING, "down")
    assert "the database" in shown.json["problems"][0]
    assert "down: it does not serve" in in_words.out
    assert "Traceback" not in in_words.err
    running.well()
