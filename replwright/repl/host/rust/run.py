"""One job in one session of a Monty worker: feed it, serve its calls, end it at its limits, say what it came to."""

import asyncio
import json
import secrets
import time
from collections.abc import Callable
from typing import Any, Literal

from pydantic_monty import MontyCrashedError, MontyError, MontySession

from orchestration.ports import Calls
from orchestration.repl_job import ReplJob, ReplOutcome
from orchestration.states import EngineName, ErrorKind
from replwright.repl.guest import value as values
from replwright.repl.host import verdict
from replwright.repl.host.output import Bounded, shared
from replwright.repl.host.rust.calls import RustCalls
from replwright.repl.host.rust.code import LINES_BEFORE_FRESH, Fed, more
from replwright.repl.host.rust.failure import Failed, of_monty
from replwright.repl.host.rust.walls import MOST_HEAP_BYTES
from replwright.repl.host.rust.worker import Worker
from replwright.repl.host.verdict import Verdict
from replwright.repl.result import safe_text

# Far above what is kept: endless output is named as such before the deadline comes.
_FLOOD = 1000
# Monty stops the code at its limit; this long after it we do.
_GRACE_S = 0.25
_ROOM_FOR_A_LINE = 200


class RustRun:
    """A job on its way. `kill` and `finish` are the loop's; `fresh` and `named` block, in a thread."""

    def __init__(self, job: ReplJob, fed: Fed, calls: Calls | None, worker: Worker) -> None:
        self._job, self._fed, self._worker = job, fed, worker
        self._loop = asyncio.get_running_loop()
        self._out, self._err = Bounded(job.limits.output_bytes), Bounded(job.limits.output_bytes)
        self._judged: Verdict | None = None
        self._calls = RustCalls(self._loop, job.functions, calls, self._left_s)
        self._began = time.perf_counter()
        self._timer = self._loop.call_later(self._ends_in(), self._deadline)

    def kill(self) -> None:
        """End it from outside."""
        # First the worker, or it would go on with the error of the call that is stopped.
        self._worker.kill()
        self._calls.stop()

    def finish(self) -> None:
        """The loop's part of the end."""
        self._timer.cancel()
        self._calls.stop()

    def fresh(self) -> ReplOutcome:
        """In a session of its own. Never raises for anything that the code does."""
        limits = self._job.limits
        try:
            session = self._worker.open(limits.timeout_s, min(limits.memory_bytes, MOST_HEAP_BYTES))
        except (MontyError, TimeoutError) as error:
            self._worker.kill()
            self._judged = self._judged or _crashed(error)
            return self._made(None, None)
        name = "_" + secrets.token_hex(16)
        raw, failed = self._feed(session, self._fed.fresh(name, limits.value_bytes), LINES_BEFORE_FRESH)
        if raw == ("more",):
            raw, failed = self._feed(session, more(name, limits.value_bytes), None)
        if failed is not None and failed.broken:
            self._worker.kill()
        # A worker that nobody else may use ends with its session.
        if not self._worker.dead and self._job.group is not None:
            self._worker.shut(session)
        return self._made(raw, failed)

    def named(self, session: MontySession, helper: str) -> ReplOutcome:
        """In a session that stays, and knows its helper. Never raises for anything that the code does."""
        return self._made(*self._feed(session, self._fed.named(helper, self._job.limits.value_bytes), 0))

    def _feed(self, session: MontySession, text: str, skipped: int | None) -> tuple[Any, Failed | None]:
        """The helper's word on the value, or how it failed. Of `text` so many lines are ours; None: all."""
        try:
            raw = session.feed_run(
                text,
                inputs=self._calls.given(self._job, self._fed.names) if skipped is not None else None,
                external_lookup=self._calls.lookup,
                print_callback=self._print,
                os=self._calls.system,
            )
        except MontyCrashedError as error:
            self._worker.dead = True
            if self._judged is None:
                limit = self._job.limits.timeout_s
                self._judged = verdict.timed_out(limit) if error.timed_out else _crashed(error)
        except MontyError as error:
            lines = self._fed.lines if skipped is not None else ()
            return None, of_monty(error, lines, skipped or 0)
        except Exception as error:
            # What the bindings could not turn into a Python value.
            return None, Failed(ErrorKind.EXCEPTION, f"{type(error).__name__}: {str(error)[:500]}\n")
        else:
            return raw, None
        return None, None

    def _made(self, raw: Any, failed: Failed | None) -> ReplOutcome:
        limits = self._job.limits
        seconds = min(time.perf_counter() - self._began - self._calls.waited_s, limits.timeout_s)
        if failed is not None and failed.broken:
            self._worker.kill()
        judged = self._judged or self._of_failure(failed)
        shown, as_json = (None, None) if judged or failed else _value(raw, limits.value_bytes)
        # What a run that we ended says of its end is of our making.
        if failed is not None and failed.told and self._judged is None:
            self._err.add(failed.told.encode("utf-8", "replace"))
        line = judged.line + "\n" if judged else ""
        room = max(limits.output_bytes - (_ROOM_FOR_A_LINE if line else 0), 0)
        stdout, stderr = shared(self._out, self._err, room)
        if line and stderr and not stderr.endswith("\n"):
            stderr += "\n"
        kind = judged.kind if judged else failed.kind if failed else None
        return ReplOutcome(
            is_success=kind is None,
            stdout=stdout,
            stderr=stderr + line or None,
            value=shown,
            value_json=as_json,
            execution_time=seconds,
            error_kind=kind,
            engine=EngineName.RUST,
        )

    def _of_failure(self, failed: Failed | None) -> Verdict | None:
        if failed is None:
            return None
        if failed.kind is ErrorKind.TIMED_OUT:
            return verdict.timed_out(self._job.limits.timeout_s)
        return verdict.of_guest(failed.kind, self._job.limits)

    def _print(self, stream: Literal["stdout", "stderr"], text: str) -> None:
        kept = self._out if stream == "stdout" else self._err
        kept.add(text.encode("utf-8", "replace"))
        if kept.total > _FLOOD * self._job.limits.output_bytes and self._judged is None:
            self._judged = verdict.flooded(kept.total)
            self._worker.kill()

    def _left_s(self) -> float:
        """What the code may still run; below zero it ran too long."""
        return self._job.limits.timeout_s - (time.perf_counter() - self._began - self._calls.waited_s)

    def _ends_in(self) -> float:
        wall_left = self._job.limits.wall_s - (time.perf_counter() - self._began)
        return max(min(self._left_s() + _GRACE_S, wall_left), 0.001)

    def _deadline(self) -> None:
        """The time that calls took does not count: if there was any, look again later."""
        over_wall = time.perf_counter() - self._began >= self._job.limits.wall_s
        if not over_wall and self._left_s() + _GRACE_S > 0:
            self._timer = self._loop.call_later(self._ends_in(), self._deadline)
            return
        if self._judged is None:
            self._judged = verdict.timed_out(self._job.limits.wall_s if over_wall else self._job.limits.timeout_s)
        self.kill()


def _crashed(error: Exception) -> Verdict:
    return Verdict(ErrorKind.CRASHED, f"the REPL crashed: {safe_text(str(error))[:200]}")


def _value(raw: Any, limit: int) -> tuple[str | None, str | None]:
    """The value as a REPL shows it and as JSON, from what the helper made of it; all of it is the worker's word."""
    match raw:
        case None:
            return None, None
        case ("value", value):
            return _told(lambda: values.shown(value, limit)), _json(value, limit)
        case ("text", str(text)):
            return safe_text(values.cut(text, limit)), None
        case ("cut", str(head), str(tail), int(total)):
            return safe_text(_cut(head, tail, total, limit)), None
    return None, None


def _told(show: Callable[[], str | None]) -> str | None:
    shown = show()
    return None if shown is None else safe_text(shown)


def _json(value: Any, limit: int) -> str | None:
    """As the host has it of the other engine: what Postgres cannot store travels as text only."""
    text = values.as_json(value, limit)
    if text is None:
        return None
    plain = json.dumps(json.loads(text), ensure_ascii=False, allow_nan=False)
    return plain if safe_text(plain) == plain and "\\u0000" not in plain else None


def _cut(head: str, tail: str, total: int, limit: int) -> str:
    mark = f"\n[... {total - limit} bytes cut ...]\n"
    room = max(limit - len(mark) - 20, 0) // 2
    first = head.encode("utf-8", "replace")[:room].decode("utf-8", "ignore")
    last = tail.encode("utf-8", "replace")
    return first + mark + (last[len(last) - room :].decode("utf-8", "ignore") if room else "")
