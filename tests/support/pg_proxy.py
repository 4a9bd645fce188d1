"""A proxy before PostgreSQL that cuts a connection at a chosen COMMIT: before the server gets it, or after it did it.

It understands what passes just enough: which statements a transaction ran, and when it is committed.
"""

import socket
import struct
import tempfile
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote

from models.engine import parse_url

_SOCKET = ".s.PGSQL.5432"
_HEAD = struct.Struct("!cI")
_HEAD_BYTES, _LENGTH_BYTES = 5, 4


class Proxy:
    """`writes` names, by a piece of its SQL, each write whose first commit is cut, `after` the server did it or before.

    `cut` are the names of those that were cut, in order. `url` is what a client is given.
    """

    def __init__(self, real: Path, url: str, writes: dict[str, str], after: bool) -> None:
        self.url, self.after, self.cut = url, after, list[str]()
        self._real, self._writes = real, writes
        self._lock = threading.Lock()
        self._ends: list[socket.socket] = []
        self._threads: list[threading.Thread] = []

    def claims(self, did: set[str]) -> bool:
        """Whether the commit of these statements is to be cut: each write once."""
        with self._lock:
            for name, piece in self._writes.items():
                if name not in self.cut and any(piece in statement for statement in did):
                    self.cut.append(name)
                    return True
        return False

    def listen(self, listening: socket.socket) -> None:
        """Serve every client that comes, until the socket is closed."""
        self._ends.append(listening)
        self._go(self._accept, listening)

    def close(self) -> None:
        """End every connection, and wait until nothing is left of them."""
        for end in self._ends:
            _end(end)
        for thread in self._threads:
            thread.join(10)

    def _accept(self, listening: socket.socket) -> None:
        with suppress(OSError), listening:
            while True:
                client, _ = listening.accept()
                server = socket.socket(socket.AF_UNIX)
                try:
                    server.connect(str(self._real))
                except OSError:
                    client.close()
                    server.close()
                    continue
                self._ends += [client, server]
                passing = _Passing(self, client, server)
                self._go(passing.forth)
                self._go(passing.back)

    def _go(self, *work: object) -> None:
        thread = threading.Thread(target=work[0], args=work[1:], daemon=True)  # type: ignore[arg-type]
        self._threads.append(thread)
        thread.start()


@dataclass(slots=True)
class _Passing:
    """One connection. `did` are the statements of its open transaction that touched a row, `sent` are under way."""

    proxy: Proxy
    client: socket.socket
    server: socket.socket
    did: set[str] = field(default_factory=set)
    sent: deque[str] = field(default_factory=deque)
    prepared: dict[bytes, str] = field(default_factory=dict)
    cutting: bool = False

    def forth(self) -> None:
        """From the client to the server, until either is gone or the cut. Whoever ends first ends both."""
        with suppress(OSError, EOFError), self.client, self.client.makefile("rb") as source:
            first = _exactly(source, _LENGTH_BYTES)
            self.server.sendall(first + _exactly(source, struct.unpack("!I", first)[0] - _LENGTH_BYTES))
            while True:
                kind, message, body = _next(source)
                if self._note(kind, body) == "COMMIT" and self.proxy.claims(self.did):
                    if not self.proxy.after:
                        break
                    self.cutting = True
                self.server.sendall(message)
        _end(self.server)

    def back(self) -> None:
        """From the server to the client. After a cut the client hears nothing any more."""
        with suppress(OSError, EOFError), self.server, self.server.makefile("rb") as source:
            while True:
                kind, message, body = _next(source)
                if kind == b"C":
                    self._completed(body.rstrip(b"\0").decode())
                elif kind == b"E":
                    self.sent.clear()
                if not self.cutting:
                    self.client.sendall(message)
                elif kind == b"C":
                    break
        _end(self.client)

    def _note(self, kind: bytes, body: bytes) -> str:
        """The statement that this message has run, if it does."""
        if kind == b"P":
            name, statement, _ = body.split(b"\0", 2)
            self.prepared[name] = statement.decode()
        if kind not in (b"Q", b"B"):
            return ""
        run = body.rstrip(b"\0").decode() if kind == b"Q" else self.prepared[body.split(b"\0", 2)[1]]
        self.sent.append(run)
        return run

    def _completed(self, tag: str) -> None:
        statement = self.sent.popleft() if self.sent else ""
        if tag == "BEGIN":
            self.did.clear()
        if not tag.endswith(" 0"):
            self.did.add(statement)


@contextmanager
def proxy(url: str, writes: dict[str, str], *, after: bool) -> Iterator[Proxy]:
    """A proxy before the server of this URL; both listen on Unix sockets."""
    with tempfile.TemporaryDirectory(prefix="rw-px-") as folder, socket.socket(socket.AF_UNIX) as listening:
        real = Path(str(parse_url(url).query["host"])) / _SOCKET
        made = Proxy(real, f"{url.partition('host=')[0]}host={quote(folder, safe='')}", writes, after)
        listening.bind(f"{folder}/{_SOCKET}")
        listening.listen(64)
        made.listen(listening)
        try:
            yield made
        finally:
            made.close()


def _next(source: BinaryIO) -> tuple[bytes, bytes, bytes]:
    """A message: its kind, all of it, its body. Raises EOFError."""
    head = _exactly(source, _HEAD_BYTES)
    kind, length = _HEAD.unpack(head)
    body = _exactly(source, length - _LENGTH_BYTES)
    return kind, head + body, body


def _exactly(source: BinaryIO, count: int) -> bytes:
    found = source.read(count)
    if len(found) < count:
        raise EOFError
    return found


def _end(end: socket.socket) -> None:
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
