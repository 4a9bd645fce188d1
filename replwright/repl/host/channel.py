"""Our end of a REPL's socket: what comes is buffered up to what is wanted, without a thread and without a stream."""

import asyncio
import contextlib
import socket

_READ = 256 * 1024
# Read ahead no further than this beyond what somebody waits for: the other end is hostile.
_AHEAD = 64 * 1024


class Channel:
    """A frames.Reader over a socket, and `send`. It notices the other end's close at any time, as `ended`."""

    def __init__(self, ours: socket.socket) -> None:
        ours.setblocking(False)
        self.ended = False
        self._socket = ours
        self._loop = asyncio.get_running_loop()
        self._buffer = bytearray()
        self._wanted = 0
        self._arrived: asyncio.Future[None] | None = None
        self._listening = True
        self._loop.add_reader(ours.fileno(), self._read)

    @property
    def silent(self) -> bool:
        """Whether nothing has come that was not taken."""
        return not self._buffer

    async def readexactly(self, size: int) -> bytes:
        """The next `size` bytes. Raises IncompleteReadError with those that came before the end."""
        while len(self._buffer) < size:
            if self.ended:
                raise asyncio.IncompleteReadError(self._take(len(self._buffer)), size)
            self._wanted = size
            self._listen()
            self._arrived = self._loop.create_future()
            try:
                await self._arrived
            finally:
                self._arrived, self._wanted = None, 0
        return self._take(size)

    async def send(self, data: bytes) -> None:
        """Send all of it; that the other end is gone shows when it is read from."""
        try:
            sent = self._socket.send(data)
        except BlockingIOError:
            sent = 0
        except OSError:
            return
        if sent < len(data):
            with contextlib.suppress(OSError):
                await self._loop.sock_sendall(self._socket, memoryview(data)[sent:])

    def close(self) -> None:
        self._stop_listening()
        self._socket.close()
        self._end()

    def _take(self, size: int) -> bytes:
        taken = bytes(self._buffer[:size])
        del self._buffer[:size]
        return taken

    def _read(self) -> None:
        try:
            data = self._socket.recv(_READ)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            data = b""
        if not data:
            self._stop_listening()
            self._end()
            return
        self._buffer += data
        if len(self._buffer) > max(self._wanted, _AHEAD):
            self._stop_listening()
        if len(self._buffer) >= self._wanted:
            self._wake()

    def _end(self) -> None:
        self.ended = True
        self._wake()

    def _wake(self) -> None:
        if self._arrived is not None and not self._arrived.done():
            self._arrived.set_result(None)

    def _listen(self) -> None:
        if not self._listening:
            self._listening = True
            self._loop.add_reader(self._socket.fileno(), self._read)

    def _stop_listening(self) -> None:
        if self._listening:
            self._listening = False
            self._loop.remove_reader(self._socket.fileno())
