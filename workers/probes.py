"""GET /livez and /readyz: 200 or 503, and why, for whoever starts and stops this process and sends it work."""

import json
import logging
import socket
import socketserver
import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from typing import Any

from workers.health import Health

MAX_AT_ONCE = 16
TIMEOUT_S = 2.0
log = logging.getLogger(__name__)


class ProbeServer(socketserver.ThreadingTCPServer):
    """Answers in threads of its own, a few at once: whoever comes over that is turned away."""

    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False

    def __init__(self, address: str, port: int, health: Health) -> None:
        self.health = health
        self._places = threading.BoundedSemaphore(MAX_AT_ONCE)
        self.address_family = socket.AF_INET6 if ":" in address else socket.AF_INET
        super().__init__((address, port), _Handler)

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def process_request(self, request: Any, client_address: Any) -> None:
        if self._places.acquire(blocking=False):
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._places.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A prober that hangs up is no event."""


class _Handler(BaseHTTPRequestHandler):
    """One request a connection; its body, if it has one, is never read."""

    server: ProbeServer
    timeout = TIMEOUT_S
    server_version = "replwright"
    sys_version = ""

    def do_GET(self) -> None:
        problems = self.server.health.problems()
        match self.path.partition("?")[0]:
            case "/livez":
                self._tell([problem for problem in problems if problem.fatal])
            case "/readyz":
                self._tell(problems)
            case _:
                self._send(HTTPStatus.NOT_FOUND, {"status": "not found", "problems": ["ask for /livez or /readyz"]})

    do_HEAD = do_GET

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: probes come every few seconds."""

    def _tell(self, problems: Any) -> None:
        status = HTTPStatus.SERVICE_UNAVAILABLE if problems else HTTPStatus.OK
        shown = {"status": "failing" if problems else "ok", "process": self.server.health.name}
        self._send(status, shown | {"problems": [str(problem) for problem in problems]})

    def _send(self, status: HTTPStatus, body: Any) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)


def serve(address: str, port: int, health: Health) -> ProbeServer | None:
    """Answer from now on. None, and a line in the log, where the port cannot be had: the process works without."""
    try:
        server = ProbeServer(address, port, health)
    except OSError as error:
        log.error(
            "no health probes at %s port %d: %s; set REPLWRIGHT_HEALTH_PORT to a port of this process's own",
            *(address, port, error.strerror or error),
        )
        return None
    threading.Thread(target=server.serve_forever, args=(0.5,), name="probes", daemon=True).start()
    log.info("health probes at http://%s:%d/livez and /readyz", address, server.port)
    return server
