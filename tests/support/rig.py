"""A rig for fault tests: real PostgreSQL, Valkey and Ray, and Celery workers that a test starts and kills."""

import os
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import redis
from pytest_celery import CeleryTestWorker

from models.checker import check
from models.engine import make_engine
from models.ledger import PostgresLedger
from orchestration.records import NewOrchestration
from orchestration.views import OrchestrationView
from replwright.local import stack
from replwright.local.endpoints import Endpoints
from replwright.repl.profile_code import PROFILE_CODE
from replwright.settings import Settings
from tests.support.process_nodes import celery_worker
from tests.support.scripted_model import ScriptedModel
from workers.hints import CeleryHints

WAIT_S = 60.0
# Short, so that a test can see an idle REPL evicted.
REPL_TTL_S = 3.0


class Rig:
    """The services of one test session and what a test does with them."""

    def __init__(self, home: Path, endpoints: Endpoints) -> None:
        self.home = home
        self.endpoints = endpoints
        self.engine = make_engine(endpoints.database_url, "cli")
        self.ledger = PostgresLedger(self.engine, profile_code=PROFILE_CODE)
        self.accepted: list[UUID] = []
        self._nodes: list[CeleryTestWorker] = []
        self.broker = redis.Redis.from_url(endpoints.broker_url)
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
        """A ready worker; the test that started it need not end it."""
        environ = os.environ | self.endpoints.environ() | dict(extra or {})
        if model:
            environ |= {"REPLWRIGHT_MODEL": "scripted", "REPLWRIGHT_MODEL_BASE_URL": model.base_url}
            environ |= {"REPLWRIGHT_MODEL_API_KEY": "test-key"}
        node = celery_worker(
            name, queues, environ, self.home / "logs" / f"{name}-{uuid.uuid4().hex[:6]}.log", **options
        )
        self._nodes.append(node)
        return node

    def submit(self, question: str = "what is it?", send: bool = True, **changes: Any) -> UUID:
        """Accept a question for the scripted model; `send` False leaves its hint to the sweeper."""
        settings = {"model": "scripted", "root_task_id": str(uuid.uuid4()), **changes}
        new = NewOrchestration(question, **settings)
        submitted = self.ledger.submit(new)
        self.accepted.append(submitted.id)
        if send:
            self.hints.send(submitted.hints)
        return submitted.id

    def wait(self, orchestration_id: UUID, timeout_s: float = WAIT_S) -> OrchestrationView:
        """The orchestration once it has ended."""
        until(lambda: self.ledger.get(orchestration_id).status.is_terminal, f"{orchestration_id} to end", timeout_s)
        return self.ledger.get(orchestration_id)

    def end_test(self) -> None:
        """End this test's workers, and hold the six promises against the rows."""
        for node in self._nodes:
            with suppress(ProcessLookupError):
                node.teardown()
        self._nodes.clear()
        for orchestration_id in self.accepted:
            self.ledger.cancel(orchestration_id)
        with self.engine.connect() as connection:
            assert check(connection, accepted=self.accepted, all_ended=True) == []

    def close(self) -> None:
        """Give back this rig's own connections."""
        self.engine.dispose()
        self.broker.close()
        self._app.close()


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
def services() -> Iterator[tuple[Path, Endpoints]]:
    """PostgreSQL with the schema, Valkey and Ray of this session's own, gone with it."""
    with tempfile.TemporaryDirectory(prefix="rw-rig-") as folder:
        settings = Settings(home=Path(folder), repl_ttl_s=REPL_TTL_S)
        endpoints = stack.ensure(
            settings, stops_when_idle=False, ends_with_caller=True, only=("schema", "valkey", "ray")
        )
        try:
            yield Path(folder), endpoints
        finally:
            stack.stop(settings)


@pytest.fixture
def rig(services: tuple[Path, Endpoints]) -> Iterator[Rig]:
    """The services with an empty broker, no workers, and the checker at the end."""
    made = Rig(*services)
    made.broker.flushall()
    try:
        yield made
    finally:
        try:
            made.end_test()
        finally:
            made.close()
