"""The offline model inside this process: one loopback server, started at its first use."""

import os
import threading

from replwright.llm.offline.server import OfflineServer

_lock = threading.Lock()
_running: dict[int, OfflineServer] = {}


def offline_base_url() -> str:
    """The base URL of this process's own offline model; a forked child gets a server of its own."""
    with _lock:
        server = _running.get(os.getpid())
        if server is None:
            server = _running[os.getpid()] = OfflineServer()
            server.start()
        return server.base_url
