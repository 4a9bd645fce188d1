"""One job in one REPL: send it, hear it out, end it at its limits, and say what it came to."""

import asyncio
import time
from pathlib import Path
from typing import Any

from orchestration.limits import TaskLimits
from orchestration.repl_job import OutputFile, ReplOutcome
from orchestration.states import ErrorKind
from replwright.repl import result
from replwright.repl.frames import ProtocolViolation
from replwright.repl.host import verdict
from replwright.repl.host.output import shared
from replwright.repl.host.repl import Phase, Repl
from replwright.repl.host.scratch import usage
from replwright.repl.host.verdict import Verdict

_WATCH_S = 0.05
_ROOM_FOR_A_LINE = 200


class Run:
    """A job on its way. `scratch` is watched where no file system of its own bounds it."""

    def __init__(self, repl: Repl, limits: TaskLimits, zygote_rss: int, scratch: Path | None) -> None:
        self._repl, self._limits = repl, limits
        self._zygote_rss, self._scratch = zygote_rss, scratch
        self._outputs: list[OutputFile] = []
        self._overfull = False

    async def outcome(self, message: dict[str, Any]) -> ReplOutcome:
        """Run `message` to its end. Never raises for anything that the code does."""
        self._repl.move(Phase.ACTIVE)
        watch = asyncio.create_task(self._watch(self._scratch)) if self._scratch else None
        began = time.perf_counter()
        done: result.Done | None = None
        judged: Verdict | None
        try:
            async with asyncio.timeout(min(self._limits.timeout_s, self._limits.wall_s)):
                await self._repl.send(message)
                done = await self._hear_out()
        except TimeoutError:
            judged = verdict.timed_out(min(self._limits.timeout_s, self._limits.wall_s))
        except ProtocolViolation as error:
            judged = verdict.violation(str(error))
        else:
            judged = verdict.of_guest(done.error_kind, self._limits) if done else await self._autopsy()
        finally:
            if watch is not None:
                watch.cancel()
        self._repl.kill()
        return self._made(done, judged, time.perf_counter() - began)

    async def _hear_out(self) -> result.Done | None:
        """Files, then the one result; None when the channel ends without it."""
        left = self._limits.artifact_bytes
        # A value and its JSON, each byte escaped as "\\uXXXX" at worst.
        most = 4096 + 12 * self._limits.value_bytes
        while (message := await self._repl.receive(most)) is not None:
            if "done" in message:
                if len(message) != 1:
                    raise ProtocolViolation("a result with more beside it")
                return result.done(message["done"], self._limits)
            name, size = result.output(message, left)
            data = await self._repl.receive_bytes(size)
            left -= size
            self._outputs.append(result.output_file(self._unused(name), data))
            if len(self._outputs) > result.MAX_OUTPUT_FILES:
                raise ProtocolViolation(f"more than {result.MAX_OUTPUT_FILES} files")
        return None

    def _unused(self, name: str) -> str:
        taken = {one.name for one in self._outputs}
        return next(one for one in [name, *(f"{number}_{name}" for number in range(2, 10_000))] if one not in taken)

    async def _autopsy(self) -> Verdict:
        """Why the channel ended without a result. A process that only closed it is ended first."""
        self._repl.out.finish()
        self._repl.err.finish()
        try:
            async with asyncio.timeout(1):
                ended = await self._repl.ended()
        except TimeoutError:
            return verdict.violation("it closed its channel and went on")
        if self._repl.flooded:
            return verdict.flooded(max(self._repl.out.kept.total, self._repl.err.kept.total))
        if self._overfull:
            return verdict.scratch_full(self._limits)
        return verdict.of_end(ended, self._limits, self._zygote_rss)

    async def _watch(self, scratch: Path) -> None:
        while True:
            await asyncio.sleep(_WATCH_S)
            held = await asyncio.to_thread(usage, scratch)
            if held.size_bytes > self._limits.scratch_bytes or held.files > self._limits.scratch_files:
                self._overfull = True
                self._repl.kill()
                return

    def _made(self, done: result.Done | None, judged: Verdict | None, elapsed: float) -> ReplOutcome:
        self._repl.out.finish()
        self._repl.err.finish()
        kind = judged.kind if judged else done.error_kind if done else ErrorKind.CRASHED
        line = judged.line + "\n" if judged else ""
        room = max(self._limits.output_bytes - (_ROOM_FOR_A_LINE if line else 0), 0)
        stdout, stderr = shared(self._repl.out.kept, self._repl.err.kept, room)
        if line and stderr and not stderr.endswith("\n"):
            stderr += "\n"
        return ReplOutcome(
            is_success=kind is None,
            stdout=stdout,
            stderr=stderr + line or None,
            value=done.value if done else None,
            value_json=done.value_json if done else None,
            execution_time=done.seconds if done else elapsed,
            error_kind=kind,
            outputs=tuple(self._outputs),
        )
