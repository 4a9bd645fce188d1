"""The engine `rust`: pydantic-monty, a Python interpreter in Rust, its workers confined as REPLs are."""

from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.errors import SandboxUnavailable
from orchestration.ports import Calls
from orchestration.repl_job import ReplJob, ReplOutcome

if TYPE_CHECKING:
    from replwright.repl.host.rust.monty import MontyEngine


class RustEngine:
    """Implements orchestration.ports.Engine. At most `max_live` workers are there at once; a further `run` waits.

    A worker serves one job, or the jobs of one group, or one named REPL, and never another after it. `ready` of them
    wait, confined. `scratch_root` is a folder for engines alone, a temporary one by default.
    """

    def __init__(
        self,
        scratch_root: Path | None = None,
        max_live: int = 200,
        ready: int = 4,
        ttl_s: float = 1800.0,
        binary: Path | None = None,
    ) -> None:
        self._options = (scratch_root, max_live, ready, ttl_s, binary)
        self._monty: MontyEngine | None = None

    async def start(self) -> None:
        """Attack the confinement, then start workers. Raises SandboxUnavailable when this machine cannot hold code."""
        try:
            from replwright.repl.host.rust.monty import MontyEngine
        except ImportError as error:
            raise SandboxUnavailable(f"the rust engine cannot be imported: {error}", "make setup") from None
        self._monty = await MontyEngine.started(*self._options)

    async def run(self, job: ReplJob, calls: Calls | None = None) -> ReplOutcome:
        """Run one job. Cancelling the caller ends its REPL.

        Raises SandboxUnavailable when workers cannot be confined any more.
        """
        if self._monty is None:
            raise SandboxUnavailable("the rust engine is not running", "start it first")
        return await self._monty.run(job, calls)

    async def forget(self, key: str) -> None:
        """End the live copy of a named REPL, if there is one."""
        if self._monty is not None:
            self._monty.forget(key)

    async def end_group(self, group: str) -> None:
        """End the workers that a group kept."""
        if self._monty is not None:
            self._monty.end_group(group)

    def stats(self) -> dict[str, int]:
        """Counts of now: `rust_live` workers, of them `rust_ready`; `rust_groups`; `rust_named` sessions that idle."""
        return self._monty.stats() if self._monty is not None else {}

    async def stop(self) -> None:
        """End every worker. What runs comes back as `crashed`."""
        if self._monty is not None:
            await self._monty.stop()
            self._monty = None
