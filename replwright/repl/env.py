"""A REPL of one's own: REPLEnv and AsyncREPLEnv, and SecureREPLEnv, which every one of them is."""

import asyncio
import itertools
import json
import tempfile
import threading
import uuid
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from orchestration.errors import BadInput
from orchestration.limits import MAX_CODE_BYTES, MAX_CONTEXT_BYTES, TaskLimits
from orchestration.ports import Calls
from orchestration.repl_job import NamedState, Replay, ReplJob, ReplOutcome
from orchestration.states import EngineName, StateKind
from replwright.repl.local_engine import LocalEngine

Functions = Mapping[str, Callable[..., Any]]


class REPLEnv:
    """A Python whose variables are kept from one `execute` to the next, behind the kernel's boundary.

    `functions` are the caller's, for the code to call: JSON-like arguments and values, each call in a thread.
    `limits` hold for each call. A call that was ended (timeout, memory) leaves the state before it. Calls of one
    environment take turns; several environments run side by side. Close it, or use it with `with`.
    Raises SandboxUnavailable where code cannot be confined.
    """

    def __init__(
        self,
        *,
        functions: Functions | None = None,
        limits: TaskLimits | None = None,
        engine: EngineName = EngineName.CPYTHON,
    ) -> None:
        self._functions = dict(functions or {})
        self._limits, self._engine = limits or TaskLimits(), engine
        self._folder = tempfile.TemporaryDirectory(prefix="replwright-env-")
        self._turn = threading.Lock()
        self._local: LocalEngine | None = LocalEngine.lease()
        self._key, self._versions = f"env-{uuid.uuid4().hex}", itertools.count(1)
        self._version = 0
        self._snapshot: Path | None = None
        self._made_by: EngineName | None = None
        self._replay: tuple[Replay, ...] = ()

    def execute(self, code: str, timeout: float | None = None, context: object = None) -> ReplOutcome:
        """Run code; what it left. `timeout` is seconds of running. Raises BadInput, nothing for what the code does."""
        with self._turn:
            state = NamedState(
                self._key, self._version, next(self._versions), self._snapshot, self._made_by, self._replay
            )
            job = self._job(code, timeout, context, state)
            outcome = self._engine_of_ours.run(job, self._calls()).result()
            self._keep(outcome, job, state.next_version)
        return outcome

    def execute_batch(self, codes: Sequence[str], timeout: float | None = None) -> list[ReplOutcome]:
        """Run each code in a fresh REPL of its own, side by side; outcomes in order."""
        jobs = [self._job(code, timeout, None, None) for code in codes]
        return [running.result() for running in [self._engine_of_ours.run(job, self._calls()) for job in jobs]]

    def reset(self) -> None:
        """Forget every variable."""
        with self._turn:
            self._engine_of_ours.forget(self._key)
            self._version, self._snapshot, self._made_by, self._replay = 0, None, None, ()

    def close(self) -> None:
        """End the REPL. Calling it again does nothing."""
        with self._turn:
            if self._local is not None:
                self._local.forget(self._key)
                self._local.give_back()
                self._local = None
            self._folder.cleanup()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def _engine_of_ours(self) -> LocalEngine:
        if self._local is None:
            raise BadInput("REPL", "is closed", "make a new one")
        return self._local

    def _job(self, code: str, timeout: float | None, context: object, state: NamedState | None) -> ReplJob:
        if len(code.encode(errors="replace")) > MAX_CODE_BYTES:
            raise BadInput("code", f"over {MAX_CODE_BYTES} bytes", "pass large data as context")
        try:
            told = json.dumps(context, allow_nan=False)
        except (TypeError, ValueError) as error:
            raise BadInput("context", f"is not JSON: {error}", "give numbers, text, lists and dicts") from None
        if len(told) > MAX_CONTEXT_BYTES:
            raise BadInput("context", f"over {MAX_CONTEXT_BYTES} bytes", "give less")
        limits = self._limits.with_timeout(timeout) if timeout is not None else self._limits
        return ReplJob(code, told, limits=limits, engine=self._engine, named=state, functions=tuple(self._functions))

    def _calls(self) -> Calls:
        async def serve(name: str, args: Sequence[Any], named: dict[str, Any]) -> Any:
            return await asyncio.to_thread(self._functions[name], *args, **named)

        return serve

    def _keep(self, outcome: ReplOutcome, job: ReplJob, version: int) -> None:
        left = outcome.state
        if left is None or left.kind in (StateKind.UNCHANGED, StateKind.LOST):
            return
        self._version, self._made_by = version, EngineName(outcome.engine)
        if left.snapshot is None:
            self._replay += (Replay(job.code, outcome.is_success, job.context_data),)
            return
        # A name of its own: the last one may be linked into a REPL.
        self._snapshot, old = Path(self._folder.name) / f"snapshot-{version}", self._snapshot
        self._snapshot.write_bytes(left.snapshot)
        self._replay = ()
        if old is not None:
            old.unlink()


class SecureREPLEnv(REPLEnv):
    """The documents' name for a REPL with an import whitelist, `open` kept to its own folder, and eval, exec and input
    off. Every REPLEnv is one: those rules are guidance, and under them stands the kernel's boundary.
    """


class AsyncREPLEnv:
    """A REPLEnv for asyncio: the same arguments, outcomes and errors."""

    def __init__(self, **named: Any) -> None:
        self._env = REPLEnv(**named)

    async def execute(self, code: str, timeout: float | None = None, context: object = None) -> ReplOutcome:
        """As REPLEnv.execute."""
        return await asyncio.to_thread(self._env.execute, code, timeout, context)

    async def execute_batch(self, codes: Sequence[str], timeout: float | None = None) -> list[ReplOutcome]:
        """As REPLEnv.execute_batch."""
        return await asyncio.to_thread(self._env.execute_batch, codes, timeout)

    async def reset(self) -> None:
        """As REPLEnv.reset."""
        await asyncio.to_thread(self._env.reset)

    async def close(self) -> None:
        """As REPLEnv.close."""
        await asyncio.to_thread(self._env.close)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        await self.close()
