"""TCP ports of the loopback: a free one, and whether a wished one is."""

import random
import socket

from orchestration.errors import ServiceMissing

LOOPBACK = "127.0.0.1"
# Below the range from which the kernel takes ports for outgoing connections: nobody slips in before the server binds.
_LOW, _HIGH = 20_000, 32_000


def free(port: int, host: str = LOOPBACK) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
        return True


def listening(host: str, port: int, timeout_s: float = 0.2) -> bool:
    try:
        with socket.create_connection((host, port), timeout_s):
            return True
    except OSError:
        return False


def choose(wished: int, variable: str, host: str = "") -> int:
    """`wished`, or any free port when it is 0. Raises ServiceMissing, which names the variable, when it is in use.

    `host` is where the server will listen; empty for every interface.
    """
    if wished:
        if not free(wished, host):
            raise ServiceMissing(
                f"port {wished} is in use by another process", f"set {variable} to a free port, or to 0 for any"
            )
        return wished
    for _ in range(200):
        port = random.randint(_LOW, _HIGH)  # noqa: S311 - not a secret
        if free(port, host):
            return port
    raise ServiceMissing("no free port was found", f"set {variable} to a free port")
