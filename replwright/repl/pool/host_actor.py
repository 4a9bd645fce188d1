"""REPLActor: the Ray actor around a host. Values and ids cross Ray, never refs, and never a secret."""

import importlib
from pathlib import Path
from typing import Any, cast

from orchestration.repl_job import ReplJob, ReplOutcome
from replwright.repl.host.cpython import CPythonEngine
from replwright.repl.pool.host import Host
from replwright.repl.pool.ports import Wiring


class REPLActor:
    """Owns the REPLs of one node. `wiring` names a function that returns this host's ports."""

    def __init__(self, name: str, wiring: str) -> None:
        module, function = wiring.split(":")
        self._ports = cast(Wiring, getattr(importlib.import_module(module), function))()
        settings = self._ports.settings
        scratch = settings.home / "scratch" / name
        scratch.mkdir(parents=True, exist_ok=True)
        self._engine = CPythonEngine(
            guest_python=settings.guest_python, scratch_root=Path(scratch), max_live=settings.max_live
        )
        self._host = Host(self._ports, self._engine, name)

    async def start(self) -> str:
        """Returns once the boundary was tested and the host looks for work; after that it is a sign of life.

        Raises SandboxUnavailable. Ray restarts an actor without calling this: the reconciler does.
        """
        await self._host.start()
        return "ready"

    async def wake(self) -> None:
        self._host.wake()

    async def execute(self, job: ReplJob) -> ReplOutcome:
        return await self._host.execute(job)

    async def stats(self) -> dict[str, Any]:
        return self._host.stats()

    async def stop(self) -> None:
        await self._host.stop()
