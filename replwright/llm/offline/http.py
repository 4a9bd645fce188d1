"""Just enough HTTP for a model on loopback: JSON in, capped; JSON or server-sent events out."""

import json
import socket
import socketserver
from collections.abc import Iterable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from typing import Any

MAX_BODY_BYTES = 64 * 1024**2
IDLE_TIMEOUT_S = 60.0


class LoopbackServer(socketserver.ThreadingTCPServer):
    """A thread per connection, on 127.0.0.1 only."""

    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    request_queue_size = 256

    def __init__(self, port: int, handler: type[BaseHTTPRequestHandler]) -> None:
        super().__init__(("127.0.0.1", port), handler)

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up in the middle is no event."""


class JsonHandler(BaseHTTPRequestHandler):
    """Reads and sends JSON. Each answer leaves in one write, so that no delayed acknowledgement slows it."""

    protocol_version = "HTTP/1.1"
    timeout = IDLE_TIMEOUT_S
    wbufsize = -1

    def setup(self) -> None:
        self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        super().setup()

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: prompts hold data, and stderr belongs to the process."""

    def read_body(self) -> bytes | None:
        """The body, or None after an error was sent. Its size is known and capped before it is read."""
        told = self.headers.get("Content-Length", "")
        if not told.isascii() or not told.isdigit():
            self.send_problem(HTTPStatus.LENGTH_REQUIRED, "Content-Length is needed")
            return None
        if int(told) > MAX_BODY_BYTES:
            self.close_connection = True
            self.send_problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"the body is over {MAX_BODY_BYTES} bytes")
            return None
        return self.rfile.read(int(told))

    def read_json(self) -> dict[str, Any] | None:
        """The body as a JSON object, or None after an error was sent."""
        data = self.read_body()
        if data is None:
            return None
        try:
            body = json.loads(data)
        except (ValueError, RecursionError):
            body = None
        if not isinstance(body, dict):
            self.send_problem(HTTPStatus.BAD_REQUEST, "the body is not a JSON object")
            return None
        return body

    def send_json(self, status: int, body: Any) -> None:
        self.send_bytes(status, "application/json", json.dumps(body).encode())

    def send_problem(self, status: int, message: str) -> None:
        self.send_json(status, {"error": {"message": message, "type": "invalid_request_error"}})

    def send_bytes(self, status: int, media_type: str, data: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)
        self.wfile.flush()

    def send_events(self, events: Iterable[Any]) -> None:
        """Server-sent events, each flushed, closed by [DONE] and the end of the connection."""
        self.close_connection = True
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        for event in (*map(json.dumps, events), "[DONE]"):
            self.wfile.write(f"data: {event}\n\n".encode())
            self.wfile.flush()
