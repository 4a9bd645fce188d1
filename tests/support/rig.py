"""A rig for fault tests: real PostgreSQL, a real broker and Ray, and Celery workers that a test starts and kills."""

import os
import signal
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from pytest_celery import CeleryTestWorker
from sqlalchemy import text

from models.checker import check
from models.engine import make_engine
from models.ledger import PostgresLedger
from models.transactions import transact
from orchestration.records import NewOrchestration
from orchestration.views import OrchestrationView
from replwright.local import processes, stack
from replwright.local.endpoints import Endpoints
from replwright.repl.profile_code import PROFILE_CODE
from replwright.settings import Settings
from tests.support import host_wiring
from tests.support.asked import asked_again
from tests.support.brokers import broker_at
from tests.support.own_servers import own_servers
from tests.support.process_nodes import celery_worker
from tests.support.scripted_model import ScriptedModel
from tests.support.servers import Servers
from workers.hints import CeleryHints

WAIT_S = 60.0
# Short, so that a test can see an idle REPL evicted.
REPL_TTL_S = 3.0
_LOG_LINES = 30
_HOSTS = text("SELECT pid FROM processes WHERE kind = 'host' AND ended_at IS NULL ORDER BY id DESC")


class Rig:
    """The services of one test session and what a test does with them."""

    def __init__(self, home: Path, endpoints: Endpoints, servers: Servers) -> None:
        self.home = home
        self.endpoints = endpoints
        self.engine = make_engine(endpoints.database_url, "cli")
        self.ledger = PostgresLedger(self.engine, profile_code=PROFILE_CODE)
        self.accepted: list[UUID] = []
        self.nodes: list[CeleryTestWorker] = []
        self.broker = broker_at(endpoints.broker_url)
        self.servers = servers
        self.host_name = ""
        self._models: list[ScriptedModel] = []
        self._app = _app(endpoints.broker_url)
        self.hints = CeleryHints(self._app)

    def worker(
        self,
        name: str,
        queues: str = "plan,resume",
        model: ScriptedModel | None = None,
        extra: Mapping[str, str] | None = None,
        **options: Any,
    ) -> CeleryTestWorker:
        """A ready worker; the test that started it need not end it. What `model` is asked, the checker is told."""
        environ = os.environ | self.endpoints.environ() | dict(extra or {})
        if model:
            if model not in self._models:
                self._models.append(model)
            environ |= {"REPLWRIGHT_MODEL": "scripted", "REPLWRIGHT_MODEL_BASE_URL": model.base_url}
            environ |= {"REPLWRIGHT_MODEL_API_KEY": "test-key"}
        node = celery_worker(
            name, queues, environ, self.home / "logs" / f"{name}-{uuid.uuid4().hex[:6]}.log", **options
        )
        self.nodes.append(node)
        return node

    def dispatcher(self, host: Mapping[str, str] | None = None) -> CeleryTestWorker:
        """A worker that drives the pool. With `host`, its hosts are new, and have this in their environment."""
        if host is None:
            return self.worker("dispatch", "dispatch")
        self.host_name = f"h{uuid.uuid4().hex[:12]}"
        host_wiring.write(self.home, self.host_name, host)
        app, named = "tests.support.failing_app", {host_wiring.HOST: self.host_name}
        return self.worker("dispatch", "dispatch", extra=named, app=app)

    def claimed(self) -> list[list[str]]:
        """[task id, attempt, pid] for each task that this test's hosts were given, by their own log on disk."""
        log = host_wiring.work_log(self.home, self.host_name)
        return [line.split() for line in log.read_text().splitlines()] if log.exists() else []

    def bystander(self) -> int:
        """The pid of the child that a host with TEST_BYSTANDER has besides its REPLs, and that nothing binds to it."""
        return int(host_wiring.bystander(self.home, self.host_name).read_text())

    def host_pid(self) -> int:
        """The process of the newest host, once one is there. Raises AssertionError."""

        def found() -> int:
            return next((pid for pid in self._hosts() if _is_host(pid)), 0)

        return int(until(found, "a host"))

    def submit(
        self, question: str = "what is it?", send: bool = True, ledger: PostgresLedger | None = None, **changes: Any
    ) -> UUID:
        """Accept a question for the scripted model; `send` False leaves its hint to the sweeper.

        Each is made another question, so that the model's log says whose a request is.
        """
        if changes.get("model", "scripted") == "scripted":
            question = f"{question} ({changes.get('idempotency_key') or uuid.uuid4().hex})"
        settings = {"model": "scripted", "root_task_id": str(uuid.uuid4()), **changes}
        new = NewOrchestration(question, **settings)
        submitted = (ledger or self.ledger).submit(new)
        self.accepted.append(submitted.id)
        if send:
            self.hints.send(submitted.hints)
        return submitted.id

    def wait(self, orchestration_id: UUID, timeout_s: float = WAIT_S) -> OrchestrationView:
        """The orchestration once it has ended."""
        until(lambda: self.ledger.get(orchestration_id).status.is_terminal, f"{orchestration_id} to end", timeout_s)
        return self.ledger.get(orchestration_id)

    def end_test(self) -> None:
        """End this test's workers; hold the promises against the rows, the submits and what the models were asked."""
        for node in self.nodes:
            with suppress(ProcessLookupError):
                node.teardown()
            print(*node.logs().splitlines()[-_LOG_LINES:], sep="\n")
        self.nodes.clear()
        if self.host_name:
            self._end_hosts()
        for orchestration_id in self.accepted:
            self._tell(orchestration_id)
            self.ledger.cancel(orchestration_id)
        requests = [request for model in self._models for request in model.requests]
        with self.engine.connect() as connection:
            assert check(connection, accepted=self.accepted, all_ended=True) == []
            assert asked_again(connection, requests) == []

    def _tell(self, orchestration_id: UUID) -> None:
        """Print where it stands: pytest shows this, and the ends of the logs, when the test failed."""
        view = self.ledger.get(orchestration_id)
        tasks = [
            (task.task_id, task.state, task.attempt, task.result and task.result.error_kind) for task in view.tasks
        ]
        print(view.id, view.status, view.steps, tasks, sep="\n")

    def _end_hosts(self) -> None:
        """Those that only this test wanted."""
        host_wiring.forget(self.home, self.host_name)
        hosts = [known for pid in filter(_is_host, self._hosts()) if (known := processes.identify(pid))]
        for host in hosts:
            with suppress(ProcessLookupError):
                os.kill(host.pid, signal.SIGKILL)
        assert processes.wait_gone(hosts, WAIT_S) == []

    def _hosts(self) -> Sequence[int]:
        """The pids of those that have not left, the newest first."""
        return transact(self.engine, lambda connection: connection.execute(_HOSTS).scalars().all())

    def close(self) -> None:
        """Give back this rig's own connections."""
        self.engine.dispose()
        self.broker.close()
        self._app.close()


def _is_host(pid: int) -> bool:
    """Whether this pid still is what it was when it registered."""
    try:
        return b"REPLActor" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


def until(probe: Callable[[], Any], what: str, timeout_s: float = WAIT_S) -> Any:
    """What `probe` returns once that is true."""
    deadline = time.monotonic() + timeout_s
    while not (found := probe()):
        assert time.monotonic() < deadline, f"waited {timeout_s} s for {what}"
        time.sleep(0.05)
    return found


def _app(broker_url: str) -> Any:
    from celery import Celery

    from workers.config import celery_settings

    app = Celery("rig", set_as_current=False)
    app.conf.update(celery_settings(Settings(broker_url=broker_url)))  # type: ignore[arg-type]
    return app


@pytest.fixture(scope="session")
def rig_services() -> Iterator[tuple[Path, Endpoints, Servers]]:
    """PostgreSQL with the schema, a broker and Ray of this session's own, gone with it."""
    with tempfile.TemporaryDirectory(prefix="rw-rig-") as folder, own_servers() as own:
        settings = Settings(home=Path(folder), repl_ttl_s=REPL_TTL_S, **own.settings)
        endpoints = stack.ensure(settings, stops_when_idle=False, ends_with_caller=True, only=own.needed)
        try:
            yield Path(folder), endpoints, Servers(settings, own.servers)
        finally:
            stack.stop(settings)


@pytest.fixture(scope="session")
def services(rig_services: tuple[Path, Endpoints, Servers]) -> tuple[Path, Endpoints]:
    """Where they are."""
    return rig_services[0], rig_services[1]


@pytest.fixture
def rig(rig_services: tuple[Path, Endpoints, Servers]) -> Iterator[Rig]:
    """The services with an empty broker, no workers, and the checker at the end."""
    made = Rig(*rig_services)
    made.broker.empty()
    try:
        yield made
    finally:
        try:
            made.end_test()
        finally:
            made.close()
