"""A process's probes, as a container engine or an orchestrator asks them."""

import http.client
import json
import socket
from typing import Any

from replwright.local.ports import LOOPBACK


def free_port() -> int:
    with socket.create_server((LOOPBACK, 0)) as server:
        return int(server.getsockname()[1])


def probe(port: int, path: str) -> tuple[int, list[str]]:
    """The status and the problems; status 0 while nothing answers there."""
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=10)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        shown: dict[str, Any] = json.loads(response.read())
        return response.status, shown["problems"]
    except (OSError, http.client.HTTPException):
        return 0, []
    finally:
        connection.close()
