"""A REPL's standard output and error, drained by the host: head and tail kept, the rest counted."""

import asyncio
import contextlib
import os
from collections import deque
from collections.abc import Callable

from replwright.repl.result import safe_text

_READ = 64 * 1024
# A little of both streams is always shown, whatever the other one holds.
_LEAST_SHARE = 4


class Bounded:
    """The first and the last bytes of a stream, at most `limit` of each, and how many there were."""

    def __init__(self, limit: int) -> None:
        self.limit, self.total = limit, 0
        self._head = bytearray()
        self._tail: deque[bytes] = deque()
        self._tail_size = 0

    def add(self, data: bytes) -> None:
        self.total += len(data)
        if room := self.limit - len(self._head):
            self._head += data[:room]
            data = data[room:]
        if data:
            self._tail.append(data)
            self._tail_size += len(data)
            while self._tail_size - len(self._tail[0]) >= self.limit:
                self._tail_size -= len(self._tail.popleft())

    def text(self, limit: int) -> str:
        """At most `limit` bytes of it, as safe text; a cut is marked with the number of bytes left out."""
        if self.total <= limit:
            return _decoded(bytes(self._head) + b"".join(self._tail), limit)
        mark = f"\n[... {self.total - limit} bytes cut ...]\n"
        room = max(limit - len(mark), 2) // 2
        everything = bytes(self._head) + b"".join(self._tail)
        return _decoded(everything[:room], room) + mark + _decoded(everything[-room:], room)


def shared(out: Bounded, err: Bounded, limit: int) -> tuple[str, str]:
    """Both streams in at most `limit` bytes together: each may use what the other leaves."""
    least = limit // _LEAST_SHARE
    for_err = min(err.total, max(least, limit - out.total))
    return out.text(limit - for_err), err.text(for_err)


class Drain:
    """Reads a pipe, run by run: each one's bytes into a Bounded of its own, and `flooded` is called once more than
    `most` came.
    """

    def __init__(self, descriptor: int, flooded: Callable[[], None]) -> None:
        os.set_blocking(descriptor, False)
        self.kept = Bounded(0)
        self._descriptor: int | None = descriptor
        self._most, self._flooded = 0, flooded
        self._begun = self._listening = False
        self._loop = asyncio.get_running_loop()

    def begin(self, limit: int, most: int) -> None:
        """Throw away what an earlier run left in the pipe, and keep `limit` bytes of what comes now."""
        self._most = most
        if self._begun:
            self.finish()
        self._begun = True
        self.kept = Bounded(limit)
        if self._descriptor is not None:
            self._listening = True
            self._loop.add_reader(self._descriptor, self._read)

    def finish(self) -> None:
        """Take what is in the pipe by now, and no more: whoever writes to it is stopped or gone."""
        while self._read():
            pass
        self._ignore()

    def close(self) -> None:
        self._ignore()
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _ignore(self) -> None:
        if self._listening and self._descriptor is not None:
            self._listening = False
            self._loop.remove_reader(self._descriptor)

    def _read(self) -> bool:
        """Whether more may be there."""
        if self._descriptor is None:
            return False
        with contextlib.suppress(BlockingIOError):
            data = os.read(self._descriptor, _READ)
            if not data:
                self.close()
                return False
            self.kept.add(data)
            if self.kept.total > self._most:
                self._flooded()
                return False
            return len(data) == _READ
        return False


def _decoded(data: bytes, limit: int) -> str:
    """Safe text of at most `limit` bytes: a byte that is no UTF-8 becomes one sign of three."""
    text = safe_text(data.decode("utf-8", "replace"))
    return text if len(text.encode()) <= limit else text.encode()[:limit].decode("utf-8", "ignore")
