"""Functions that the code calls and the host's caller serves: one at a time, capped, and every failure an answer."""

import asyncio
from collections.abc import Sequence
from typing import Any

from orchestration.ports import Calls
from replwright.repl import frames, result
from replwright.repl.host.repl import Repl

MAX_CALL_BYTES = 10 * 1024**2
MAX_CALLS = 10_000
_MAX_MESSAGE_CHARS = 10_000


class Switchboard:
    """The calls of one job."""

    def __init__(self, repl: Repl, functions: Sequence[str], calls: Calls | None) -> None:
        self._repl, self._functions, self._calls = repl, frozenset(functions), calls
        self._served = 0

    def largest(self, other: int) -> int:
        """The most bytes of a frame, where the others have at most `other`."""
        return max(other, MAX_CALL_BYTES + 4096) if self._functions else other

    async def serve(self, message: dict[str, Any]) -> None:
        """Answer one call. Raises ProtocolViolation for a frame that is none."""
        call = result.call(message, self._served + 1)
        self._served += 1
        await self._repl.channel.send(_encoded(call.number, await self._answer(call)))

    async def _answer(self, call: result.Call) -> dict[str, Any]:
        if self._calls is None or call.name not in self._functions:
            return _failure("NameError", f"there is no function {call.name!r} to call from this code")
        if call.number > MAX_CALLS:
            return _failure("RuntimeError", f"a job may make {MAX_CALLS} calls")
        serving = asyncio.ensure_future(self._calls(call.name, call.args, call.kwargs))
        dying = asyncio.ensure_future(self._repl.ended())
        try:
            await asyncio.wait({serving, dying}, return_when=asyncio.FIRST_COMPLETED)
            if not serving.done():
                return _failure("RuntimeError", "nobody is there to hear it")
            return {"value": serving.result()}
        except Exception as error:
            return _failure(type(error).__name__, str(error))
        finally:
            serving.cancel()
            dying.cancel()


def _failure(kind: str, message: str) -> dict[str, Any]:
    return {"error": {"type": kind, "message": message[:_MAX_MESSAGE_CHARS]}}


def _encoded(number: int, answer: dict[str, Any]) -> bytes:
    try:
        return frames.encode({"answer": number, **answer})
    except (TypeError, ValueError, RecursionError) as error:
        return frames.encode({"answer": number, **_failure("TypeError", f"its value cannot be sent: {error}")})
