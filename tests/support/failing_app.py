"""`celery -A tests.support.failing_app`: the product's app, its ledger and hints wrapped by failpoints.

With TEST_HOST=NAME its hosts are those of tests/support/host_wiring.py, and none of an earlier test is left.
"""

import os
import time
from functools import cache
from typing import Any

from replwright.repl.pool.ports import RunningPool
from tests.support import host_wiring
from tests.support.failpoints import Failing
from workers import wiring
from workers.app import app

_ledger, _hints = wiring.ledger(), wiring.hints()


def _wire(name: str, port: Any) -> None:
    setattr(wiring, name, lambda: Failing(port))


@cache
def _pool() -> RunningPool:
    from replwright.repl.pool.ray_pool import RayREPLPool

    name = os.environ[host_wiring.HOST]
    pool = RayREPLPool.connect(wiring.settings(), f"{host_wiring.__name__}:{name}")
    if host_wiring.once(wiring.settings().home, name):
        _end_hosts()
    return pool


def _end_hosts() -> None:
    import ray

    while found := ray.util.list_named_actors(all_namespaces=True):
        for each in found:
            try:
                ray.kill(ray.get_actor(each["name"], each["namespace"]))
            except ValueError:
                continue
        time.sleep(0.05)


_wire("ledger", _ledger)
_wire("hints", _hints)
if host_wiring.HOST in os.environ:
    setattr(wiring, "pool", _pool)  # noqa: B010 - a cached function in place of another

__all__ = ["app"]
