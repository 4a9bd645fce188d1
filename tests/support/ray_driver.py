"""A driver of the Ray pool in a process of its own."""

import multiprocessing
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from orchestration.errors import ReplwrightError
from replwright.local.endpoints import Endpoints
from replwright.settings import Settings


class Driver:
    """A process of its own that joined the cluster: Ray reads its token once, when it is first imported."""

    def __init__(self) -> None:
        self._process = ProcessPoolExecutor(1, multiprocessing.get_context("spawn"), initializer=_join)

    def __getattr__(self, method: str) -> Callable[..., Any]:
        return lambda *args, **named: self._process.submit(_call, method, args, named).result(60)

    def later(self, method: str, *args: Any, **named: Any) -> "Future[Any]":
        """What the call will return."""
        return self._process.submit(_call, method, args, named)

    def close(self) -> None:
        self._process.submit(_leave).result(60)
        self._process.shutdown()


_CALLS = ("execute", "execute_batch", "run_jobs", "open", "stats", "ensure_hosts", "releases", "drain", "shutdown")
_joined: dict[str, Any] = {}


def _join() -> None:
    # Ray reads its token when it is first imported: not before this process has it.
    from replwright.repl.pool.handler import REPLToolHandler
    from replwright.repl.pool.ray_pool import RayREPLPool

    pool = RayREPLPool.connect(Settings())
    handler = REPLToolHandler(pool, session_id="of-the-handler")
    _joined.update({name: getattr(pool, name) for name in _CALLS})
    _joined.update({name: getattr(handler, name) for name in ("handle_spawn_repl", "handle_batch_spawn")})
    _joined["in_a_live_repl"] = in_a_live_repl
    _joined["start_undrainable"] = start_undrainable


def in_a_live_repl(codes: list[str]) -> list[Any]:
    """The outcomes of codes, one after the other, in one live REPL that is closed after them."""
    with _joined["open"]() as repl:
        return [repl.execute(code) for code in codes]


def start_undrainable(release: str) -> None:
    """A host of a release whose hosts knew of no drain."""
    import ray

    from replwright.repl.pool.hosts import NAMESPACE, PREFIX

    class Host:
        def stop(self) -> None:
            """What it had claimed is given back."""

    options = {"name": f"{PREFIX}{release}-0123456789ab", "namespace": NAMESPACE, "lifetime": "detached"}
    actor: Any = ray.remote(Host)
    ray.get(actor.options(**options, num_cpus=0).remote().stop.remote())


def _call(method: str, args: tuple[Any, ...], named: dict[str, Any]) -> Any:
    return _joined[method](*args, **named)


def _leave() -> None:
    import ray

    # The cluster itself may be gone by the test's doing.
    with suppress(ReplwrightError, ray.exceptions.RayError):
        _joined["shutdown"]()
    ray.shutdown()


@contextmanager
def driver_on(endpoints: Endpoints) -> Iterator[Driver]:
    """A driver that joined the cluster of these endpoints; its hosts end with it."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in endpoints.environ().items():
            patch.setenv(name, value)
        driver = Driver()
        try:
            yield driver
        finally:
            driver.close()


@pytest.fixture(scope="module")
def pool(services: tuple[Path, Endpoints]) -> Iterator[Driver]:
    """A driver on the rig's cluster, for a module: a host takes seconds to start."""
    with driver_on(services[1]) as driver:
        yield driver
