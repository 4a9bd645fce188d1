"""REPLActor: the Ray actor around a host. Values and ids cross Ray, never refs, and never a secret."""

import importlib
from typing import Any, cast

import ray

from replwright.repl.engine import engine_of, memory_of
from replwright.repl.host.admission import Admission
from replwright.repl.pool.calls import packed, unpacked
from replwright.repl.pool.host import Host
from replwright.repl.pool.ports import Wiring

ENDED = "ended"


class REPLActor:
    """Owns the REPLs of one node. `wiring` names a function that returns this host's ports."""

    def __init__(self, name: str, wiring: str, release: str) -> None:
        module, function = wiring.split(":")
        ports = cast(Wiring, getattr(importlib.import_module(module), function))()
        settings = ports.settings
        scratch = settings.home / "scratch" / name
        scratch.mkdir(parents=True, exist_ok=True)
        memory = memory_of(settings)
        engine, admission = engine_of(settings, scratch, memory), Admission(settings.max_running, memory)
        self._host = Host(ports, engine, admission, name, release)

    async def start(self) -> str:
        """Returns once the boundary was tested and the host looks for work; after that it is a sign of life.

        A host that drains serves again, as long as it has not ended: then this returns "ended". Raises
        SandboxUnavailable. Ray restarts an actor without calling this: the reconciler does.
        """
        if self._host.has_ended:
            return ENDED
        await self._host.start()
        self._host.serve()
        return "ready"

    async def drain(self) -> bool:
        """Claim nothing more; whether this host has finished all it took, and left: then it may be killed."""
        return await self._host.drain()

    async def wake(self) -> None:
        self._host.wake()

    async def execute(self, jobs: bytes) -> bytes:
        """Each in a fresh REPL, so that Ray may try a call again: nothing of the first time is left."""
        return packed(await self._host.execute(unpacked(jobs)))

    # Never to be tried again by Ray: the first time may have committed, or its state has died with it.
    @ray.method(max_task_retries=0)
    async def execute_in_session(self, job: bytes, session_id: str, repl: str) -> bytes:
        return packed(await self._host.execute_in_session(unpacked(job), session_id, repl))

    @ray.method(max_task_retries=0)
    async def execute_live(self, job: bytes, key: str) -> bytes:
        return packed(await self._host.execute_live(unpacked(job), key))

    async def close_live(self, key: str) -> bytes:
        await self._host.close_live(key)
        return packed(None)

    async def stats(self) -> dict[str, Any]:
        return self._host.stats()

    async def stop(self) -> None:
        await self._host.stop()
