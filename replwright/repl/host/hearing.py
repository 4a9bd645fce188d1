"""One message to one REPL, heard out: its files, its calls, its state, its one result; or why there is none."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from orchestration.limits import MAX_SNAPSHOT_BYTES, TaskLimits
from orchestration.ports import Calls
from orchestration.repl_job import LeftState, OutputFile
from orchestration.states import StateKind
from replwright.repl import frames, result
from replwright.repl.frames import ProtocolViolation
from replwright.repl.host import verdict
from replwright.repl.host.calls import Switchboard
from replwright.repl.host.clock import Clock
from replwright.repl.host.repl import Ending, Repl
from replwright.repl.host.scratch import Usage, overfull
from replwright.repl.host.verdict import Verdict


@dataclass
class Heard:
    """What came of a message. `done` without `judged` is an end as the guest told it; `state` where one was left."""

    done: result.Done | None = None
    judged: Verdict | None = None
    outputs: list[OutputFile] = field(default_factory=list)
    state: LeftState | None = None
    elapsed_s: float = 0.0


class Hearing:
    """Hears a message out in a Repl that is ACTIVE. `scratch` is watched where no file system of its own bounds it."""

    def __init__(self, repl: Repl, limits: TaskLimits, zygote_rss: int, scratch: Path | None) -> None:
        self._repl, self._limits = repl, limits
        self._zygote_rss, self._scratch = zygote_rss, scratch

    async def hear(self, message: dict[str, Any], functions: Sequence[str] = (), calls: Calls | None = None) -> Heard:
        """Never raises for anything that the code does. Where no `done` came, the REPL is in CLEANING."""
        heard, clock = Heard(), Clock(self._limits)
        switchboard = Switchboard(self._repl, functions, calls)
        try:
            async with clock.deadline, self._watched():
                await self._repl.channel.send(frames.encode(message))
                heard.done = await self._hear_out(heard, clock, switchboard, message)
        except TimeoutError:
            self._repl.end(Ending.TIMED_OUT)
            heard.judged = verdict.timed_out(clock.ran_out_after_s)
        except ProtocolViolation as error:
            self._repl.end(Ending.VIOLATION)
            heard.judged = verdict.violation(str(error))
        else:
            heard.judged = (
                verdict.of_guest(heard.done.error_kind, self._limits) if heard.done else await self._autopsy()
            )
        heard.elapsed_s = clock.elapsed_s
        return heard

    async def _hear_out(
        self, heard: Heard, clock: Clock, switchboard: Switchboard, sent: dict[str, Any]
    ) -> result.Done | None:
        """Frames up to the one result; None when the channel ends without it."""
        left = self._limits.artifact_bytes
        # A value and its JSON, each byte escaped as "\\uXXXX" at worst.
        most = switchboard.largest(4096 + 12 * self._limits.value_bytes)
        while (message := await frames.read_json(self._repl.channel, most)) is not None:
            if "done" in message:
                return result.done_alone(message, self._limits, restoring=sent["restore"] is not None)
            if "call" in message and not clock.code_has_ended:
                clock.stand_still()
                await switchboard.serve(message)
                clock.go_on(self._limits)
            elif sent["save"] and message == {"ran": True} and not clock.code_has_ended:
                # Once: each time gives more time.
                clock.code_ended()
            elif sent["save"] and "snapshot" in message:
                heard.state = await self._state(message, heard.state)
            else:
                left -= await self._file(message, left, heard.outputs)
        return None

    async def _file(self, message: dict[str, Any], left: int, outputs: list[OutputFile]) -> int:
        name, size = result.output(message, left)
        data = await frames.read_bytes(self._repl.channel, size)
        if len(outputs) == result.MAX_OUTPUT_FILES:
            raise ProtocolViolation(f"more than {result.MAX_OUTPUT_FILES} files")
        taken = {one.name for one in outputs}
        names = [name, *(f"{number}_{name}" for number in range(2, result.MAX_OUTPUT_FILES + 2))]
        outputs.append(result.output_file(next(one for one in names if one not in taken), data))
        return size

    async def _state(self, message: dict[str, Any], before: LeftState | None) -> LeftState:
        if before is not None:
            raise ProtocolViolation("a second snapshot")
        size, unsaved = result.snapshot(message, MAX_SNAPSHOT_BYTES)
        if size is None:
            return LeftState(StateKind.TOO_BIG, unsaved=unsaved)
        return LeftState(StateKind.SAVED, await frames.read_bytes(self._repl.channel, size), unsaved)

    async def _autopsy(self) -> Verdict:
        """Why the channel ended without a result. A process that only closed it is ended first."""
        try:
            async with asyncio.timeout(1):
                ended = await self._repl.ended()
        except TimeoutError:
            self._repl.end(Ending.VIOLATION)
            return verdict.violation("it closed its channel and went on")
        self._repl.end(Ending.CRASHED)
        self._repl.out.finish()
        self._repl.err.finish()
        match self._repl.ending:
            case Ending.FLOODED:
                return verdict.flooded(max(self._repl.out.kept.total, self._repl.err.kept.total))
            case Ending.OVERFULL:
                return verdict.scratch_full(self._limits)
            case Ending.MACHINE_FULL:
                return verdict.machine_full(self._repl.held_bytes)
        return verdict.of_end(ended, self._limits, self._zygote_rss)

    @asynccontextmanager
    async def _watched(self) -> AsyncIterator[None]:
        if self._scratch is None:
            yield
            return
        watch = asyncio.create_task(self._watch(self._scratch))
        try:
            yield
        finally:
            watch.cancel()

    async def _watch(self, scratch: Path) -> None:
        await overfull(scratch, Usage(self._limits.scratch_bytes, self._limits.scratch_files))
        self._repl.end(Ending.OVERFULL)
