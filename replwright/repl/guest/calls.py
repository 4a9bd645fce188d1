"""Functions that the host serves: the code calls them like any other, and each call waits for its answer."""

import json
import sys
import threading
import types
from collections.abc import Callable, Iterable
from typing import Any

from replwright.repl.guest import wire

_MAX_BYTES = 10 * 1024**2


class CallFailed(RuntimeError):
    """A function of the host failed; the message starts with the type of its error."""


CallFailed.__module__ = "builtins"


class _Line:
    """One call at a time goes over the channel, whichever thread makes it; none when no job runs."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._channel: int | None = None
        self._number = 0

    def open(self, channel: int) -> None:
        self._channel, self._number = channel, 0

    def close(self) -> None:
        """Wait for the call that a thread may have made; what comes later is refused."""
        with self._turn:
            self._channel = None

    def call(self, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        payload = _payload(name, args, kwargs)
        with self._turn:
            if self._channel is None:
                raise CallFailed("RuntimeError: the job that could call this is over")
            self._number += 1
            wire.send_payload(self._channel, b'{"call": %d, %b' % (self._number, payload[1:]))
            answer = wire.receive(self._channel)
        if answer is None:
            raise CallFailed("RuntimeError: the host is gone")
        if error := answer.get("error"):
            raise CallFailed(f"{error['type']}: {error['message']}")
        return answer["value"]


_line = _Line()
begin, end = _line.open, _line.close


def functions(names: Iterable[str]) -> dict[str, Callable[..., Any]]:
    """A function for each name."""
    return {name: _function(name) for name in names}


def is_function(value: Any) -> bool:
    """Whether it is one of these."""
    return isinstance(value, types.FunctionType) and value.__code__ is _CODE


def _function(name: str) -> Callable[..., Any]:
    def call(*args: Any, **kwargs: Any) -> Any:
        return _line.call(name, args, kwargs)

    call.__name__ = call.__qualname__ = name
    return call


_CODE = _function("").__code__


def _payload(name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> bytes:
    """The call as JSON. Raises TypeError for what JSON cannot say, ValueError for more than 10 MB."""
    try:
        text = json.dumps({"name": name, "args": args, "kwargs": kwargs}, allow_nan=False, default=_plain)
    except (TypeError, ValueError, RecursionError) as error:
        raise TypeError(f"{name}() takes text, numbers, lists and dicts: {error}") from None
    if len(text) > _MAX_BYTES:
        raise ValueError(f"{name}() takes at most {_MAX_BYTES} bytes of arguments, not {len(text)}")
    return text.encode()


def _plain(value: Any) -> Any:
    """numpy's numbers are numbers."""
    numpy = sys.modules.get("numpy")
    if numpy is not None and isinstance(value, numpy.generic):
        return value.item()
    raise TypeError(f"not {type(value).__name__}")
