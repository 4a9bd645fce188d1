"""One live REPL: its process, its channel, its output and its life. It is replaced, never repaired."""

import asyncio
import os
import signal
import socket
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

from orchestration.errors import SandboxUnavailable
from orchestration.limits import TaskLimits
from replwright.repl import frames
from replwright.repl.host.channel import Channel
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


class Ending(StrEnum):
    """Why a REPL is in CLEANING. The first reason stays."""

    UNNEEDED = "unneeded"
    CRASHED = "crashed"
    TIMED_OUT = "timed_out"
    VIOLATION = "protocol_violation"
    FLOODED = "flooded"
    OVERFULL = "overfull"
    MACHINE_FULL = "machine_full"


class Repl:
    """A confined process that waits for a job. `open` makes it, `begin` and `rest` stand around each job that it runs,
    `end` is its end, and `close` waits for that.
    """

    def __init__(self, forked: Forked, ours: socket.socket, out: int, err: int) -> None:
        self.phase = Phase.IDLE
        self.ending: Ending | None = None
        self.held_bytes = 0
        self.channel = Channel(ours)
        self.out = Drain(out, lambda: self.end(Ending.FLOODED))
        self.err = Drain(err, lambda: self.end(Ending.FLOODED))
        self._forked = forked
        self._stopped = False

    @classmethod
    async def open(cls, zygote: Zygote, request: dict[str, Any], more: Sequence[int] = ()) -> "Repl":
        """Fork one that confines itself; it holds what is in `more` too, closed here. Raises ZygoteGone, OSError."""
        ours, its = socket.socketpair()
        out_read, out_write = os.pipe2(os.O_CLOEXEC)
        err_read, err_write = os.pipe2(os.O_CLOEXEC)
        try:
            forked = await zygote.fork(request, [out_write, err_write, its.detach(), *more])
        except BaseException:
            ours.close()
            os.close(out_read)
            os.close(err_read)
            raise
        return cls(forked, ours, out_read, err_read)

    async def first_word(self) -> dict[str, Any]:
        """What it says once it is confined. Raises SandboxUnavailable if it is not, ZygoteGone if it died first."""
        try:
            async with asyncio.timeout(_CONFINE_S):
                word = await frames.read_json(self.channel, _MAX_FIRST_WORD)
        except TimeoutError:
            raise SandboxUnavailable("a REPL could not be confined in time", "see replwright doctor") from None
        if word is None:
            raise ZygoteGone
        if "unconfined" in word:
            raise SandboxUnavailable(f"a REPL could not be confined: {word['unconfined']}", "see replwright doctor")
        return word

    @property
    def usable(self) -> bool:
        """Whether it waits for a job: alive, and silent since its last word."""
        return self.phase is Phase.IDLE and not self.channel.ended and self.channel.silent

    @property
    def pidfd(self) -> int:
        return self._forked.pidfd

    def begin(self, limits: TaskLimits) -> None:
        """IDLE to ACTIVE: what it prints from now on belongs to one job."""
        self._move(Phase.ACTIVE)
        most = _FLOOD * limits.output_bytes
        self.out.begin(limits.output_bytes, most)
        self.err.begin(limits.output_bytes, most)
        if self._stopped:
            self._stopped = False
            self._signal(signal.SIGCONT)

    def rest(self) -> None:
        """ACTIVE to IDLE: it is stopped, so that no thread of its goes on meanwhile, and what it printed is taken."""
        self._move(Phase.IDLE)
        self._stopped = True
        self._signal(signal.SIGSTOP)
        self.out.finish()
        self.err.finish()

    def end(self, ending: Ending) -> None:
        """To CLEANING: SIGKILL through the pidfd, which cannot hit another process."""
        if self.phase is Phase.CLEANING:
            return
        self._move(Phase.CLEANING)
        self.ending = ending
        self._signal(signal.SIGKILL)

    async def ended(self) -> Ended | None:
        """How the process ended, once it has; None when the zygote died with it."""
        return await asyncio.shield(self._forked.ended)

    async def close(self) -> None:
        """End it, wait until it is gone, give back every descriptor."""
        self.end(Ending.UNNEEDED)
        try:
            await self._gone()
        finally:
            self.channel.close()
            self.out.close()
            self.err.close()
            os.close(self._forked.pidfd)

    def _move(self, phase: Phase) -> None:
        if phase not in PHASE_MOVES[self.phase]:
            raise RuntimeError(f"a REPL does not go from {self.phase} to {phase}")
        self.phase = phase

    def _signal(self, number: signal.Signals) -> None:
        try:
            signal.pidfd_send_signal(self._forked.pidfd, number)
        except ProcessLookupError:
            return

    async def _gone(self) -> None:
        """Wait for the zygote's word; when that can come no more, for the pidfd."""
        async with asyncio.timeout(_DIE_S):
            if await self.ended() is not None:
                return
            loop = asyncio.get_running_loop()
            gone = asyncio.Event()
            loop.add_reader(self._forked.pidfd, gone.set)
            try:
                await gone.wait()
            finally:
                loop.remove_reader(self._forked.pidfd)
