"""The host's end of a control socket: it asks for forks and hears of their ends. Behind it: a zygote or a template."""

import asyncio
import contextlib
import json
import os
import signal
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_FORK_S = 20.0
_MAX_MESSAGE = 16_384


class ZygoteGone(Exception):
    """The zygote ended, and its REPLs with it."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a REPL's process ended: its exit code, negative for a signal, and the most memory it held."""

    exit_code: int
    max_rss_bytes: int


@dataclass(frozen=True, slots=True)
class Forked:
    """A REPL's process: a pidfd, which the receiver closes, and its end to come (None: the zygote died with it).

    `number` is its pid as the zygote sees it, which need not be ours: see `pid_of`.
    """

    number: int
    pidfd: int
    ended: "asyncio.Future[Ended | None]"


def pid_of(pidfd: int) -> int:
    """The pid, in our own namespace, of a process that is there; -1 once it is gone."""
    lines = Path(f"/proc/self/fdinfo/{pidfd}").read_text().splitlines()
    return next((int(line.split()[1]) for line in lines if line.startswith("Pid:")), -1)


class Forker:
    """Asks for forks, one at a time. `hostile` when what answers has read what users gave, as a template has."""

    def __init__(self, control: socket.socket, hostile_parent: int | None) -> None:
        self._control, self._hostile_parent = control, hostile_parent
        control.setblocking(False)
        self._loop = asyncio.get_running_loop()
        self._one_at_a_time = asyncio.Lock()
        self._reply: asyncio.Future[tuple[dict[str, Any], list[int]]] = self._loop.create_future()
        self._children: dict[int, asyncio.Future[Ended | None]] = {}
        self._ends: dict[int, asyncio.Future[Ended | None]] = {}
        self.gone = False
        self._loop.add_reader(control.fileno(), self._read)

    async def first_word(self, timeout_s: float) -> tuple[dict[str, Any], list[int]]:
        """What it says once it serves, and descriptors that came along. Raises ZygoteGone, TimeoutError."""
        return await asyncio.wait_for(self._reply, timeout_s)

    async def fork(self, request: dict[str, Any], descriptors: list[int]) -> Forked:
        """A child that gets `descriptors`; ours are closed. Raises ZygoteGone, OSError if it cannot."""
        forking = asyncio.create_task(self._fork(request, descriptors))
        try:
            return await asyncio.shield(forking)
        except asyncio.CancelledError:
            # The answer is still to come; without its pidfd the child could not be ended.
            forking.add_done_callback(_end_unwanted)
            raise

    def lose(self) -> None:
        """Nothing more will come: its children die with it."""
        if self.gone:
            return
        self.gone = True
        self._loop.remove_reader(self._control.fileno())
        self._control.close()
        if not self._reply.done():
            self._reply.set_exception(ZygoteGone())
            self._reply.exception()
        for ended in self._children.values():
            if not ended.done():
                ended.set_result(None)
        self._children.clear()

    async def _fork(self, request: dict[str, Any], descriptors: list[int]) -> Forked:
        async with self._one_at_a_time:
            try:
                if self.gone:
                    raise ZygoteGone
                self._reply = self._loop.create_future()
                socket.send_fds(self._control, [json.dumps(request).encode()], descriptors)
                reply, received = await asyncio.wait_for(self._reply, _FORK_S)
            except (OSError, TimeoutError):
                self.lose()
                raise ZygoteGone from None
            finally:
                for descriptor in descriptors:
                    os.close(descriptor)
        if "failed" in reply:
            raise OSError(f"the zygote cannot fork: {reply['failed']}")
        number = reply["forked"]
        return Forked(number, received[0], self._ends.pop(number))

    def _read(self) -> None:
        descriptors: list[int] = []
        try:
            message, descriptors, _, _ = socket.recv_fds(self._control, _MAX_MESSAGE, 1)
            self._hear(_told(message), descriptors)
        except BlockingIOError:
            return
        except (OSError, ValueError, RecursionError):
            # Its end, or something that no honest one says.
            for descriptor in descriptors:
                os.close(descriptor)
            self.lose()

    def _hear(self, said: dict[str, Any], descriptors: list[int]) -> None:
        """Raises ValueError for what is not to be believed."""
        if "ended" in said:
            if descriptors:
                raise ValueError
            if (ended := self._children.pop(said["ended"], None)) is not None and not ended.done():
                ended.set_result(Ended(said["status"], said["max_rss_bytes"]))
            return
        if self._reply.done():
            raise ValueError
        if "forked" in said:
            if len(descriptors) != 1 or said["forked"] in self._children:
                raise ValueError
            self._believe(descriptors[0])
            # Here, not in `fork`: the child's end may be the very next message.
            self._children[said["forked"]] = self._ends[said["forked"]] = self._loop.create_future()
        self._reply.set_result((said, descriptors))

    def _believe(self, pidfd: int) -> None:
        """Or we would end a process of its choice: of a hostile one, only its own children are taken."""
        if self._hostile_parent is None:
            return
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            parent = Path(f"/proc/{pid_of(pidfd)}/stat").read_text().rsplit(")", 1)[1].split()[1]
            if int(parent) == self._hostile_parent:
                return
        raise ValueError


def _told(message: bytes) -> dict[str, Any]:
    """The message, of a form that is known. Raises ValueError, OSError at its end."""
    if not message:
        raise OSError
    said = json.loads(message)
    numbers = ("ended", "status", "max_rss_bytes", "forked", "rss_bytes")
    if not isinstance(said, dict) or any(type(said.get(name, 0)) is not int for name in numbers):
        raise ValueError
    if "ended" in said and not {"status", "max_rss_bytes"} <= said.keys():
        raise ValueError
    if len(said.keys() & {"ended", "forked", "failed", "ready"}) != 1:
        raise ValueError
    return said


def _end_unwanted(forking: "asyncio.Task[Forked]") -> None:
    if not forking.cancelled() and forking.exception() is None:
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(forking.result().pidfd, signal.SIGKILL)
        os.close(forking.result().pidfd)
