"""Both engines behind one door: each job goes to the one that it asks for, or to the one that its code fits."""

import asyncio
import logging
from dataclasses import replace
from pathlib import Path
from typing import Any

from orchestration.errors import SandboxUnavailable
from orchestration.ports import Calls, Engine
from orchestration.repl_job import LeftState, ReplJob, ReplOutcome
from orchestration.states import EngineName, ErrorKind, StateKind
from replwright.repl.host.choose import engine_of
from replwright.repl.host.cpython import CPythonEngine
from replwright.repl.host.rust.engine import RustEngine

# The state is in a live copy alone.
_NOT_SAVED = frozenset({StateKind.TOO_BIG, StateKind.KEPT})
log = logging.getLogger(__name__)


class Engines:
    """Implements orchestration.ports.Engine. `default` is for jobs that leave the choice to us; AUTO reads their code.

    A named REPL stays with the engine that made its state. Without the rust engine (not installed, or not to be
    confined on this machine) `auto` means cpython; without cpython nothing starts.
    """

    def __init__(self, cpython: Engine, rust: Engine, default: EngineName = EngineName.AUTO) -> None:
        self._cpython, self._rust, self._default = cpython, rust, default
        self._no_rust: str | None = "the rust engine is not running"
        # Which engine holds a named REPL that has no snapshot yet to say so.
        self._homes: dict[str, EngineName] = {}

    async def start(self) -> None:
        """Start both. Raises SandboxUnavailable when this machine cannot hold code in cpython."""
        rust = asyncio.ensure_future(self._rust.start())
        try:
            await self._cpython.start()
        except BaseException:
            await asyncio.wait([rust])
            await self._rust.stop()
            raise
        try:
            await rust
        except SandboxUnavailable as error:
            self._no_rust = str(error)
            log.warning("no rust engine: %s", error)
        else:
            self._no_rust = None

    async def run(self, job: ReplJob, calls: Calls | None = None) -> ReplOutcome:
        """Run one job in its engine. Raises what that engine's `run` raises."""
        wanted = self._default if job.engine is EngineName.AUTO else job.engine
        home = self._home(job)
        if home is not None:
            if wanted not in (EngineName.AUTO, home) and job.engine is not EngineName.AUTO:
                return _refused(job, wanted, f"this REPL's state is of the engine {home}; it cannot go on in {wanted}")
            wanted = home
        elif wanted is EngineName.AUTO:
            wanted = engine_of(job) if self._no_rust is None else EngineName.CPYTHON
        if wanted is EngineName.RUST and self._no_rust is not None:
            return _refused(job, wanted, f"the rust engine is not there: {self._no_rust}")
        outcome = await self._engine(wanted).run(replace(job, engine=wanted), calls)
        self._note(job, outcome, wanted)
        return outcome

    async def forget(self, key: str) -> None:
        self._homes.pop(key, None)
        await self._cpython.forget(key)
        await self._rust.forget(key)

    async def end_group(self, group: str) -> None:
        await self._cpython.end_group(group)
        await self._rust.end_group(group)

    def stats(self) -> dict[str, int]:
        """The counts of both; the rust engine's are called so."""
        return {**self._rust.stats(), **self._cpython.stats()}

    async def stop(self) -> None:
        try:
            await self._rust.stop()
        finally:
            await self._cpython.stop()

    def _engine(self, name: EngineName) -> Engine:
        return self._rust if name is EngineName.RUST else self._cpython

    def _home(self, job: ReplJob) -> EngineName | None:
        """The engine that holds the job's named REPL; None where there is no state yet."""
        if job.named is None:
            return None
        if job.named.engine is not None:
            return job.named.engine
        return self._homes.get(job.named.key) if job.named.version else None

    def _note(self, job: ReplJob, outcome: ReplOutcome, engine: EngineName) -> None:
        if job.named is not None and outcome.state is not None and outcome.state.kind in _NOT_SAVED:
            self._homes[job.named.key] = engine
        elif job.named is not None:
            self._homes.pop(job.named.key, None)


def both(
    scratch_root: Path,
    guest_python: Path | None = None,
    max_live: int = 200,
    default: EngineName = EngineName.AUTO,
    rust_ready: int = 4,
    ttl_s: float = 1800.0,
    **cpython: Any,
) -> Engines:
    """Both engines over one folder, not started; `cpython` are more of CPythonEngine's options."""
    return Engines(
        CPythonEngine(scratch_root, guest_python, max_live, ttl_s=ttl_s, **cpython),
        RustEngine(scratch_root, max_live, rust_ready, ttl_s),
        default,
    )


def _refused(job: ReplJob, engine: EngineName, why: str) -> ReplOutcome:
    return ReplOutcome(
        is_success=False,
        stderr=why + "\n",
        error_kind=ErrorKind.EXCEPTION,
        engine=engine,
        state=LeftState(StateKind.UNCHANGED) if job.named else None,
    )
