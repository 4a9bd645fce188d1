"""Run as a module: `ray start` without the dashboard's API server, which it starts even when told to do without.

That server costs 1.4 s of a start and 100 MB. And a machine so busy that Ray needs more than 30 s to start, at which
it would give up, gets more. With a Ray that has no such methods, this is `ray start` and no more.
"""

import sys
import time
from collections.abc import Callable
from typing import Any

import psutil
from ray._private import services
from ray._private.node import Node
from ray.scripts.scripts import main

START_S = 140.0


def _without_api_server(*_: Any, **__: Any) -> None:
    return None


def _patient(get_node: Callable[..., Any]) -> Callable[..., Any]:
    """Asks again while the node is not there yet, and none of Ray's processes has died of it."""

    def patient(*args: Any, **named: Any) -> Any:
        deadline = time.monotonic() + START_S
        while True:
            try:
                return get_node(*args, **named)
            except RuntimeError:
                if time.monotonic() > deadline or _a_child_has_died():
                    raise
            time.sleep(0.05)

    return patient


def _a_child_has_died() -> bool:
    try:
        return any(child.status() == psutil.STATUS_ZOMBIE for child in psutil.Process().children())
    except psutil.NoSuchProcess:
        return True


if __name__ == "__main__":
    if hasattr(Node, "start_api_server"):
        setattr(Node, "start_api_server", _without_api_server)  # noqa: B010 - a private name of another's class
    if hasattr(services, "get_node"):
        setattr(services, "get_node", _patient(services.get_node))  # noqa: B010 - likewise
    sys.argv[0] = "ray"
    main()  # type: ignore[no-untyped-call]
