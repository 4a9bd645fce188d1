"""One live REPL: its process, its pipes and its life, IDLE to ACTIVE to CLEANING. It is replaced, never repaired."""

import asyncio
import os
import signal
import socket
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from orchestration.errors import SandboxUnavailable
from orchestration.limits import TaskLimits
from replwright.repl import frames
from replwright.repl.host.output import Drain
from replwright.repl.host.zygote import Ended, Forked, Zygote, ZygoteGone

_CONFINE_S = 20.0
_MAX_FIRST_WORD = 16_384
_DIE_S = 20.0
# Far above what is kept: endless output is named as such before the deadline comes.
_FLOOD = 1000


class Phase(StrEnum):
    """Where a REPL stands. From CLEANING nothing leads back."""

    IDLE = "idle"
    ACTIVE = "active"
    CLEANING = "cleaning"


PHASE_MOVES: Mapping[Phase, frozenset[Phase]] = {
    Phase.IDLE: frozenset({Phase.ACTIVE, Phase.CLEANING}),
    Phase.ACTIVE: frozenset({Phase.IDLE, Phase.CLEANING}),
    Phase.CLEANING: frozenset(),
}


class Repl:
    """A confined process that waits for a job. `open` makes it, `send` and `receive` talk, `close` ends it."""

    def __init__(self, forked: Forked, out: Drain, err: Drain) -> None:
        self.phase = Phase.IDLE
        self.flooded = False
        self.out, self.err = out, err
        self._forked = forked
        self._reader: asyncio.StreamReader
        self._writer: asyncio.StreamWriter

    @classmethod
    async def open(cls, zygote: Zygote, request: dict[str, Any], limits: TaskLimits) -> "Repl":
        """Fork and confine. Raises SandboxUnavailable if it could not be confined, ZygoteGone, OSError."""
        ours, its = socket.socketpair()
        ours.setblocking(False)
        out_read, out_write = os.pipe2(os.O_CLOEXEC)
        err_read, err_write = os.pipe2(os.O_CLOEXEC)
        try:
            forked = await zygote.fork(request, [out_write, err_write, its.detach()])
        except BaseException:
            ours.close()
            os.close(out_read)
            os.close(err_read)
            raise
        repl: Repl
        most = _FLOOD * limits.output_bytes
        out = Drain(out_read, limits.output_bytes, most, lambda: repl._flood())
        err = Drain(err_read, limits.output_bytes, most, lambda: repl._flood())
        repl = cls(forked, out, err)
        try:
            repl._reader, repl._writer = await asyncio.open_unix_connection(sock=ours)
        except BaseException:
            ours.close()
            repl.kill()
            repl._give_back()
            raise
        return repl

    async def first_word(self) -> dict[str, Any]:
        """What it says once it is confined. Raises SandboxUnavailable if it is not, ZygoteGone if it died first."""
        try:
            async with asyncio.timeout(_CONFINE_S):
                word = await frames.read_json(self._reader, _MAX_FIRST_WORD)
        except TimeoutError:
            raise SandboxUnavailable("a REPL could not be confined in time", "see replwright doctor") from None
        if word is None:
            raise ZygoteGone
        if "unconfined" in word:
            raise SandboxUnavailable(f"a REPL could not be confined: {word['unconfined']}", "see replwright doctor")
        return word

    def move(self, phase: Phase) -> None:
        """Go to the next phase of its life. Raises RuntimeError for a move that there is not."""
        if phase not in PHASE_MOVES[self.phase]:
            raise RuntimeError(f"a REPL does not go from {self.phase} to {phase}")
        self.phase = phase

    async def send(self, message: dict[str, Any]) -> None:
        """Send a frame; that the REPL died meanwhile shows at the next `receive`."""
        self._writer.write(frames.encode(message))
        try:
            await self._writer.drain()
        except ConnectionError:
            return

    async def receive(self, limit: int) -> dict[str, Any] | None:
        """The next frame, checked for its form and its size alone; None at the end. Raises ProtocolViolation."""
        return await frames.read_json(self._reader, limit)

    async def receive_bytes(self, size: int) -> bytes:
        """The next frame, of exactly `size` bytes. Raises ProtocolViolation."""
        return await frames.read_bytes(self._reader, size)

    def kill(self) -> None:
        """SIGKILL through the pidfd: it cannot hit another process."""
        try:
            signal.pidfd_send_signal(self._forked.pidfd, signal.SIGKILL)
        except ProcessLookupError:
            return

    async def ended(self) -> Ended | None:
        """How the process ended, once it has; None when the zygote died with it."""
        return await asyncio.shield(self._forked.ended)

    async def close(self) -> None:
        """Kill it, wait until it is gone, give back every descriptor."""
        if self.phase is not Phase.CLEANING:
            self.move(Phase.CLEANING)
        self.kill()
        try:
            await self._gone()
        finally:
            self._writer.close()
            self._give_back()

    async def _gone(self) -> None:
        """Wait for the pidfd, which tells the end even when the zygote cannot."""
        loop = asyncio.get_running_loop()
        gone = asyncio.Event()
        loop.add_reader(self._forked.pidfd, gone.set)
        try:
            async with asyncio.timeout(_DIE_S):
                await gone.wait()
        finally:
            loop.remove_reader(self._forked.pidfd)

    def _give_back(self) -> None:
        os.close(self._forked.pidfd)
        self.out.close()
        self.err.close()

    def _flood(self) -> None:
        self.flooded = True
        self.kill()
