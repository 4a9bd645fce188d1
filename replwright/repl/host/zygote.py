"""The host's handle on a zygote, a warmed Python that forks a confined REPL for each request, or on a template."""

import asyncio
import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from orchestration.errors import SandboxUnavailable
from replwright.repl.host import bubblewrap
from replwright.repl.host.canaries import canaries
from replwright.repl.host.flavours import Flavour
from replwright.repl.host.forker import Ended, Forked, Forker, ZygoteGone, pid_of
from replwright.repl.host.scratch import passable_by_others

__all__ = ["Ended", "Forked", "Zygote", "ZygoteGone"]

_START_S = 60.0
_END_S = 20.0
_SHOWN = 500
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
    # Or each REPL would look up the same symbols again, and write them down.
    "LD_BIND_NOW": "1",
}


class Zygote:
    """From `start` or `template` to `stop`. It ends by itself when this process does, and its REPLs with it.

    `folder` is where its REPLs' folders are, below the engine's jobs folder ("": right there); `uid` is the user that
    they all are (None: a user of its own each, see `own_uids`, or this process's).
    """

    def __init__(
        self, forker: Forker, facts: dict[str, Any], pidfd: int, jobs: Path, folder: str = "", uid: int | None = None
    ) -> None:
        self._forker, self._facts, self._pidfd, self._jobs = forker, facts, pidfd, jobs
        self._process: subprocess.Popen[bytes] | None = None
        self.folder, self.uid = folder, uid

    @classmethod
    async def start(
        cls, python: Path, jobs: Path, view: Path, flavour: Flavour = Flavour.DATA, bwrap: str | None = None
    ) -> "Zygote":
        """Start one and wait until it is warm. Raises SandboxUnavailable with what it said.

        `bwrap` is the bubblewrap to put around it, by default the one that is found; "" means none. It is left out
        where it does not work, or where REPLs would lose walls of their own to it.
        """
        tool = bubblewrap.found() if bwrap is None else bwrap
        if tool:
            with contextlib.suppress(SandboxUnavailable):
                wall = await asyncio.to_thread(bubblewrap.around, tool, python, _ours(), jobs, view)
                walled = await cls._start(python, jobs, view, flavour, wall)
                if walled.own_mounts:
                    return walled
                await walled.stop()
        return await cls._start(python, jobs, view, flavour, [])

    @classmethod
    async def _start(cls, python: Path, jobs: Path, view: Path, flavour: Flavour, wall: Sequence[str]) -> "Zygote":
        ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        us = os.pidfd_open(os.getpid())
        config = {"parent": us, "jobs": str(jobs), "view": str(view), "repl_folder": str(_ours()), "flavour": flavour}
        main = str(_ours() / "host" / "zygote_main.py")
        with tempfile.TemporaryFile() as log:
            try:
                process = subprocess.Popen(
                    [*wall, str(python), "-P", "-s", "-B", main, str(its.fileno()), json.dumps(config)],
                    env=_ENVIRONMENT,
                    pass_fds=[its.fileno(), us],
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                    cwd="/",
                )
            except OSError as error:
                ours.close()
                raise SandboxUnavailable(f"the guest's Python did not start: {error}", "make setup") from None
            finally:
                its.close()
                os.close(us)
            forker = Forker(ours, None)
            zygote: Zygote | None = None
            try:
                facts, descriptors = await forker.first_word(_START_S)
                if reason := facts.get("failed"):
                    raise SandboxUnavailable(f"this machine cannot confine code: {reason}", "see replwright doctor")
                if wall:
                    facts["walls"] = ["bubblewrap", *facts["walls"]]
                zygote = cls(forker, facts, descriptors[0], jobs)
                zygote._process = process
                if zygote.own_uids and not zygote.own_mounts and not passable_by_others(jobs):
                    raise SandboxUnavailable(
                        f"REPLs run as users of their own, and those cannot reach {jobs}",
                        "put REPLWRIGHT_HOME where others may pass",
                    )
            except BaseException as error:
                if zygote is not None:
                    await zygote.stop()
                forker.lose()
                process.kill()
                await asyncio.to_thread(process.wait)
                if isinstance(error, (ZygoteGone, TimeoutError)):
                    said = _last_words(log)
                    raise SandboxUnavailable(f"the guest's Python did not start: {said}", "make setup") from None
                raise
        return zygote

    async def template(self, request: dict[str, Any], tables: Sequence[tuple[str, int]]) -> "Zygote":
        """A template: a confined process that holds `tables` (name, descriptor of a table's file), to fork REPLs from.

        `request` is a REPL's: `folder` becomes the parent of its REPLs' folders, who all are `uid`, and `memory_bytes`
        is what it and each of its REPLs may hold together beyond this zygote. It is attacked before it reads a table.
        The descriptors are closed. Raises ZygoteGone, SandboxUnavailable, OSError with what could not be loaded.
        """
        ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        quiet = [os.open(os.devnull, os.O_WRONLY | os.O_CLOEXEC) for _ in range(2)]
        descriptors = [*quiet, its.detach(), *(descriptor for _, descriptor in tables)]
        with canaries(self._jobs.parent) as self_test:
            more = {"template": [name for name, _ in tables], "self_test": self_test}
            try:
                forked = await self.fork({**request, **more}, descriptors)
            except BaseException:
                ours.close()
                raise
            forker = Forker(ours, pid_of(forked.pidfd))
            uid = request["uid"] if self.own_uids else None
            made = Zygote(forker, {}, forked.pidfd, self._jobs, request["folder"], uid)
            try:
                said, _ = await forker.first_word(_START_S)
                if "failed" in said:
                    raise OSError(f"the tables cannot be loaded: {str(said['failed'])[:_SHOWN]}")
                if (reached := said.get("self_test")) != []:
                    told = str(reached)[:_SHOWN]
                    raise SandboxUnavailable(f"the template's self-test failed: {told}", "see replwright doctor")
            except BaseException as error:
                await made.stop()
                if isinstance(error, TimeoutError):
                    raise OSError("the tables cannot be loaded in time") from None
                if isinstance(error, ZygoteGone) and not self.gone:
                    raise OSError("the tables cannot be loaded: its process died of them") from None
                raise
        # Nothing else of what it says is believed: it reads what users gave.
        made._facts = {"walls": self.walls, "rss_bytes": max(0, said.get("rss_bytes", 0))}
        return made

    @property
    def own_uids(self) -> bool:
        """Whether each REPL is a user of its own."""
        return self._facts.get("own_uids") is True

    @property
    def own_mounts(self) -> bool:
        """Whether each REPL has a view and a scratch file system of its own."""
        return self._facts.get("own_mounts") is True

    @property
    def walls(self) -> tuple[str, ...]:
        """The layers around a REPL, from outside in."""
        return tuple(self._facts["walls"])

    @property
    def rss_bytes(self) -> int:
        """What the zygote holds, and so each of its children at birth."""
        return int(self._facts["rss_bytes"])

    @property
    def pid(self) -> int:
        """Its pid in our namespace; -1 once it is gone."""
        return pid_of(self._pidfd)

    @property
    def gone(self) -> bool:
        """Whether it ended, or said what no honest one says."""
        return self._forker.gone

    async def fork(self, request: dict[str, Any], descriptors: list[int]) -> Forked:
        """A new REPL that holds `descriptors` as 1, 2, 3 (output, error, channel) and perhaps 4; ours are closed.

        `request` has the fields of confine.apply.Confined but size_bytes. Raises ZygoteGone, OSError if it cannot.
        """
        return await self._forker.fork(request, descriptors)

    async def stop(self) -> None:
        """End it and all its REPLs, and wait until it is gone."""
        self._forker.lose()
        if self._pidfd < 0:
            return
        pidfd, self._pidfd = self._pidfd, -1
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(pidfd, signal.SIGKILL)
        await asyncio.to_thread(_wait, pidfd, self._process)
        os.close(pidfd)


def _ours() -> Path:
    return Path(__file__).resolve().parents[1]


def _wait(pidfd: int, process: "subprocess.Popen[bytes] | None") -> None:
    watch = select.poll()
    watch.register(pidfd, select.POLLIN)
    watch.poll(_END_S * 1000)
    if process is not None:
        # Bubblewrap ends with what it wraps.
        process.wait()


def _last_words(log: Any) -> str:
    log.seek(0, os.SEEK_END)
    log.seek(max(0, log.tell() - 2000))
    lines = log.read().decode(errors="replace").strip().splitlines()
    return lines[-1] if lines else "it said nothing"
