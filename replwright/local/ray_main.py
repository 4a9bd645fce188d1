"""Run as a module: `ray start` without the dashboard's API server, which it starts even when told to do without.

That server costs 1.4 s of a start and 100 MB. With a Ray that has no such method, this is `ray start` and no more.
"""

import sys
from typing import Any

from ray._private.node import Node
from ray.scripts.scripts import main


def _without_api_server(*_: Any, **__: Any) -> None:
    return None


if __name__ == "__main__":
    if hasattr(Node, "start_api_server"):
        setattr(Node, "start_api_server", _without_api_server)  # noqa: B010 - a private name of another's class
    sys.argv[0] = "ray"
    main()  # type: ignore[no-untyped-call]
