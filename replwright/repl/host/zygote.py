"""The host's handle on the zygote: a warmed Python that forks a confined REPL for each request."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from orchestration.errors import SandboxUnavailable
from replwright.repl.host.scratch import passable_by_others

_START_S = 60.0
_FORK_S = 20.0
_MAX_MESSAGE = 4096
# One thread a library: parallelism is many REPLs. The system's allocator, so that an address limit is a memory limit.
_ENVIRONMENT = {
    "PATH": "/usr/bin:/bin",
    "HOME": "/nonexistent",
    "LANG": "C.UTF-8",
    "PYTHONHASHSEED": "0",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "ARROW_NUM_THREADS": "1",
    "ARROW_DEFAULT_MEMORY_POOL": "system",
    "MALLOC_ARENA_MAX": "2",
    "MPLBACKEND": "Agg",
}


class ZygoteGone(Exception):
    """The zygote ended, and its REPLs with it."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a REPL's process ended: its exit code, negative for a signal, and the most memory it held."""

    exit_code: int
    max_rss_bytes: int


@dataclass(frozen=True, slots=True)
class Forked:
    """A REPL's process: a pidfd, which the receiver closes, and its end to come (None: the zygote died with it)."""

    pid: int
    pidfd: int
    ended: "asyncio.Future[Ended | None]"


class Zygote:
    """One zygote process, from `start` to `stop`. It ends by itself when this process does."""

    def __init__(self, process: "subprocess.Popen[bytes]", control: socket.socket, log: IO[bytes]) -> None:
        self._process, self._control, self._log = process, control, log
        self._loop = asyncio.get_running_loop()
        self._one_at_a_time = asyncio.Lock()
        self._reply: asyncio.Future[tuple[dict[str, Any], list[int]]] = self._loop.create_future()
        self._children: dict[int, asyncio.Future[Ended | None]] = {}
        self._ends: dict[int, asyncio.Future[Ended | None]] = {}
        self._facts: dict[str, Any] = {}
        self.gone = False
        self._loop.add_reader(control.fileno(), self._read)

    @classmethod
    async def start(cls, python: Path, jobs: Path, view: Path) -> "Zygote":
        """Start it and wait until it is warm. Raises SandboxUnavailable with what it said."""
        ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        repl_folder = Path(__file__).resolve().parents[1]
        config = {"parent": os.getpid(), "jobs": str(jobs), "view": str(view), "repl_folder": str(repl_folder)}
        main = str(repl_folder / "host" / "zygote_main.py")
        log = tempfile.TemporaryFile()  # noqa: SIM115 - closed by stop
        with its:
            process = subprocess.Popen(
                [str(python), "-P", "-s", "-B", main, str(its.fileno()), json.dumps(config)],
                env=_ENVIRONMENT,
                pass_fds=[its.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                cwd="/",
            )
        ours.setblocking(False)
        zygote = cls(process, ours, log)
        try:
            zygote._facts, _ = await asyncio.wait_for(zygote._reply, _START_S)
        except BaseException as error:
            said = zygote._last_words()
            await zygote.stop()
            if isinstance(error, (ZygoteGone, TimeoutError)):
                raise SandboxUnavailable(f"the guest's Python did not start: {said}", "make setup") from None
            raise
        if reason := zygote._facts.get("failed"):
            await zygote.stop()
            raise SandboxUnavailable(f"this machine cannot confine code: {reason}", "see replwright doctor")
        if zygote.own_uids and not zygote.own_mounts and not passable_by_others(jobs):
            await zygote.stop()
            raise SandboxUnavailable(
                f"REPLs run as users of their own, and those cannot reach {jobs}",
                "put REPLWRIGHT_HOME where others may pass",
            )
        return zygote

    @property
    def own_uids(self) -> bool:
        """Whether each REPL is a user of its own."""
        return bool(self._facts["own_uids"])

    @property
    def own_mounts(self) -> bool:
        """Whether each REPL has a view and a scratch file system of its own."""
        return bool(self._facts["own_mounts"])

    @property
    def rss_bytes(self) -> int:
        """What the zygote holds, and so each of its children at birth."""
        return int(self._facts["rss_bytes"])

    async def fork(self, request: dict[str, Any], descriptors: list[int]) -> Forked:
        """A new child that holds `descriptors` as 1, 2, 3; ours are closed. Raises ZygoteGone, OSError if it cannot."""
        forking = asyncio.create_task(self._fork(request, descriptors))
        try:
            return await asyncio.shield(forking)
        except asyncio.CancelledError:
            # The answer is still to come; without its pidfd the child could not be ended.
            forking.add_done_callback(_end_unwanted)
            raise

    async def _fork(self, request: dict[str, Any], descriptors: list[int]) -> Forked:
        async with self._one_at_a_time:
            try:
                if self.gone:
                    raise ZygoteGone
                self._reply = self._loop.create_future()
                socket.send_fds(self._control, [json.dumps(request).encode()], descriptors)
                reply, received = await asyncio.wait_for(self._reply, _FORK_S)
            except (OSError, TimeoutError):
                self._lost()
                raise ZygoteGone from None
            finally:
                for descriptor in descriptors:
                    os.close(descriptor)
        if "failed" in reply:
            raise OSError(f"the zygote cannot fork: {reply['failed']}")
        pid = int(reply["forked"])
        return Forked(pid, received[0], self._ends.pop(pid))

    async def stop(self) -> None:
        """End it and all its REPLs, and wait until they are gone."""
        self._lost()
        if self._process.poll() is None:
            self._process.kill()
        await asyncio.to_thread(self._process.wait)
        self._log.close()

    def _read(self) -> None:
        try:
            message, descriptors, _, _ = socket.recv_fds(self._control, _MAX_MESSAGE, 4)
        except BlockingIOError:
            return
        except OSError:
            message = b""
        if not message:
            self._lost()
            return
        said = json.loads(message)
        if "ended" in said:
            ended = self._children.pop(said["ended"], None)
            if ended is not None and not ended.done():
                ended.set_result(Ended(said["status"], said["max_rss_bytes"]))
            return
        if "forked" in said:
            # Here, not in `fork`: the child's end may be the very next message.
            self._children[said["forked"]] = self._ends[said["forked"]] = self._loop.create_future()
        if not self._reply.done():
            self._reply.set_result((said, descriptors))

    def _lost(self) -> None:
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

    def _last_words(self) -> str:
        self._log.seek(0, os.SEEK_END)
        self._log.seek(max(0, self._log.tell() - 2000))
        lines = self._log.read().decode(errors="replace").strip().splitlines()
        return lines[-1] if lines else "it said nothing"


def _end_unwanted(forking: "asyncio.Task[Forked]") -> None:
    if not forking.cancelled() and forking.exception() is None:
        signal.pidfd_send_signal(forking.result().pidfd, signal.SIGKILL)
        os.close(forking.result().pidfd)
