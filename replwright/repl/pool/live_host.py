"""The host's side of LiveREPL: whose REPLs are live here, and at which state."""

import asyncio
from dataclasses import replace

from orchestration.ports import Engine
from orchestration.repl_job import NamedState, ReplJob, ReplOutcome
from orchestration.states import StateKind
from replwright.repl.pool.library import Library


class LiveREPLs:
    """Calls of one key take turns. A state whose REPL ended is gone: the next call is told so, and starts anew."""

    def __init__(self, engine: Engine, library: Library) -> None:
        self._engine, self._library = engine, library
        self._versions: dict[str, int] = {}
        self._turns: dict[str, asyncio.Lock] = {}

    async def run(self, job: ReplJob, key: str) -> ReplOutcome:
        async with self._turns.setdefault(key, asyncio.Lock()):
            version = self._versions.get(key, 0)
            state = NamedState(key, version, version + 1, durable=False)
            outcome = await self._library.admitted(replace(job, named=state), key)
            if outcome.state is not None and outcome.state.kind is StateKind.KEPT:
                self._versions[key] = state.next_version
            else:
                self._versions.pop(key, None)
            return outcome

    async def close(self, key: str) -> None:
        async with self._turns.setdefault(key, asyncio.Lock()):
            await self._engine.forget(key)
            self._versions.pop(key, None)
        self._turns.pop(key, None)
