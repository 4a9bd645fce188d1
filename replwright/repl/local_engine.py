"""One engine for all library callers of a process, in a thread of its own: started by the first, ended by the last."""

import asyncio
import atexit
import tempfile
import threading
from collections.abc import Coroutine, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Any, TypeVar

from orchestration.ports import Calls, Engine
from orchestration.repl_job import ReplJob, ReplOutcome
from replwright import settings as replwright_settings
from replwright.repl.engine import engine_of, memory_of
from replwright.repl.host.admission import Admission

Returned = TypeVar("Returned")
_STOP_S = 30.0


class LocalEngine:
    """An engine with its event loop, its folder and its admission. `lease` and `give_back` count who uses it."""

    _lock = threading.Lock()
    _shared: "LocalEngine | None" = None

    def __init__(self) -> None:
        self._users = 0
        self._folder = tempfile.TemporaryDirectory(prefix="replwright-")
        # REPLs run as users of their own, who must be able to pass.
        Path(self._folder.name).chmod(0o711)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="replwright-repl", daemon=True)
        self._thread.start()
        try:
            self._engine, self._admission = self._await(self._start())
        except BaseException:
            self._end()
            raise

    @classmethod
    def lease(cls) -> "LocalEngine":
        """The process's engine, started if need be. Raises SandboxUnavailable when this machine cannot hold code."""
        with cls._lock:
            if cls._shared is None:
                cls._shared = cls()
                atexit.register(cls._shared.close)
            cls._shared._users += 1
            return cls._shared

    def give_back(self) -> None:
        """One user less; the last one ends it."""
        with self._lock:
            self._users -= 1
            if self._users == 0:
                self.close()

    def run(self, job: ReplJob, calls: Calls | None = None) -> "Future[ReplOutcome]":
        """Run a job, at most `max_running` at once. Cancelling the future ends its REPL."""
        return asyncio.run_coroutine_threadsafe(self._run(job, calls), self._loop)

    def forget(self, key: str) -> None:
        """End the live copy of a named REPL."""
        self._await(self._engine.forget(key))

    def close(self) -> None:
        """End every REPL. Calling it again does nothing."""
        if LocalEngine._shared is self:
            LocalEngine._shared = None
        if self._loop.is_running():
            atexit.unregister(self.close)
            self._await(self._engine.stop())
            self._end()

    async def _run(self, job: ReplJob, calls: Calls | None) -> ReplOutcome:
        async with self._admission.running():
            return await self._engine.run(job, calls and self._waiting_in(calls))

    def _waiting_in(self, calls: Calls) -> Calls:
        """A REPL that waits for its caller gives its slot to another."""

        async def serve(name: str, args: Sequence[Any], named: dict[str, Any]) -> Any:
            async with self._admission.waiting():
                return await calls(name, args, named)

        return serve

    async def _start(self) -> tuple[Engine, Admission]:
        settings = replwright_settings.load()
        memory = memory_of(settings)
        engine = engine_of(settings, Path(self._folder.name), memory, ready=False)
        await engine.start()
        return engine, Admission(settings.max_running, memory)

    def _await(self, work: Coroutine[Any, Any, Returned]) -> Returned:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def _end(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_STOP_S)
        self._loop.close()
        self._folder.cleanup()
