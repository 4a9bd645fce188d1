"""What the code gets from outside: its context, earlier results, the functions it may call, and sleep."""

import asyncio
import json
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic_monty import NOT_HANDLED, ClassInstance

from orchestration.ports import Calls
from orchestration.repl_job import EarlierResult, ReplJob

MAX_CALL_BYTES = 10 * 1024**2
MAX_CALLS = 10_000
_MAX_MESSAGE_CHARS = 10_000


@dataclass(frozen=True)
class Result:
    """One earlier result, as the code sees it."""

    stdout: str
    value: Any


class RustCalls:
    """The calls of one job, served one at a time from its thread. `left_s` tells how long the code may still run."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        functions: Sequence[str],
        calls: Calls | None,
        left_s: Callable[[], float],
    ) -> None:
        self._loop, self._calls, self._left_s = loop, calls, left_s
        self._stopped = threading.Event()
        self._served, self._waited_s = 0, 0.0
        self._waits_since: float | None = None
        self._serving: Any = None
        self.lookup = {name: self._function(name) for name in functions} if calls is not None else None

    @property
    def waited_s(self) -> float:
        """How long the code has waited for calls; that is not its own time."""
        since = self._waits_since
        return self._waited_s + (time.perf_counter() - since if since is not None else 0.0)

    def stop(self) -> None:
        """Nobody waits any more."""
        self._stopped.set()
        if self._serving is not None:
            self._serving.cancel()

    def given(self, job: ReplJob, names: frozenset[str]) -> dict[str, Any] | None:
        """The names that a job finds, as far as its code reads them; all of them where the namespace stays."""
        given: dict[str, Any] = {}
        if "context" in names or job.named is not None:
            given["context"] = json.loads(job.context_data)
        if "results" in names or job.named is not None:
            given["results"] = {each.task_id: _result(each) for each in job.results}
        return given or None

    def system(self, *, name: str, args: tuple[Any, ...], **_more: Any) -> Any:
        """Sleep, which counts as running. All else is Monty's to refuse."""
        if name not in ("time.sleep", "asyncio.sleep"):
            return NOT_HANDLED
        seconds = float(args[0]) if args else 0.0
        # A moment more than is left, so that the deadline finds it asleep.
        self._stopped.wait(min(seconds, max(self._left_s(), 0.0) + 1.0))
        return None

    def _function(self, name: str) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            return self._serve(name, args, kwargs)

        return call

    def _serve(self, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        assert self._calls is not None
        self._served += 1
        if self._served > MAX_CALLS:
            raise RuntimeError(f"a job may make {MAX_CALLS} calls")
        sent = _sent(args, kwargs)
        self._waits_since = time.perf_counter()
        try:
            self._serving = asyncio.run_coroutine_threadsafe(_awaited(self._calls, name, sent), self._loop)
            if self._stopped.is_set():
                self._serving.cancel()
            answer = self._serving.result()
        except Exception as error:
            raise RuntimeError(f"{type(error).__name__}: {error}"[:_MAX_MESSAGE_CHARS]) from None
        except BaseException:
            raise RuntimeError("nobody is there to hear it") from None
        finally:
            self._waited_s += time.perf_counter() - self._waits_since
            self._waits_since = None
        try:
            return json.loads(json.dumps(answer))
        except (TypeError, ValueError, RecursionError) as error:
            raise TypeError(f"its value cannot be sent: {error}") from None


async def _awaited(calls: Calls, name: str, sent: tuple[list[Any], dict[str, Any]]) -> Any:
    return await calls(name, *sent)


def _sent(args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[list[Any], dict[str, Any]]:
    """The arguments as JSON has them, the same as from the other engine. Raises TypeError, ValueError."""
    try:
        text = json.dumps([list(args), kwargs])
    except (TypeError, ValueError, RecursionError) as error:
        raise TypeError(f"a call's arguments are values that JSON can carry: {error}") from None
    if len(text) > MAX_CALL_BYTES:
        raise ValueError(f"a call's arguments are at most {MAX_CALL_BYTES} bytes")
    plain: tuple[list[Any], dict[str, Any]] = tuple(json.loads(text))
    return plain


def _result(one: EarlierResult) -> ClassInstance:
    value = json.loads(one.value_json) if one.value_json is not None else one.value
    return ClassInstance(Result(one.stdout, value), eager_attrs=("stdout", "value"))
