"""The last expression's value: as a REPL shows it, and as JSON where JSON carries it faithfully."""

import json
import math
import sys
from typing import Any

_MAX_DEPTH = 50


class _Unfaithful(Exception):
    """JSON would change this value."""


def shown(value: Any, limit: int) -> str | None:
    """The repr, cut in the middle to `limit` bytes of UTF-8; None for None, which a REPL does not show."""
    if value is None:
        return None
    return cut(repr(value), limit)


def cut(text: str, limit: int) -> str:
    """`text` in at most `limit` bytes of UTF-8, head and tail kept, the cut marked with its size."""
    data = text.encode("utf-8", "backslashreplace")
    if len(data) <= limit:
        return data.decode()
    mark = f"\n[... {len(data) - limit} bytes cut ...]\n"
    room = max(limit - len(mark) - 20, 0)
    head = data[: room // 2].decode("utf-8", "ignore")
    tail = data[len(data) - room // 2 :].decode("utf-8", "ignore") if room >= 2 else ""
    return head + mark + tail


def as_json(value: Any, limit: int) -> str | None:
    """JSON text of at most `limit` bytes that reads back as the same value; None where there is none.

    numpy scalars count as numbers and tuples as lists; frames, non-finite numbers and other objects have none.
    """
    if value is None:
        return None
    try:
        text = json.dumps(_plain(value, _MAX_DEPTH, [limit]), ensure_ascii=True, allow_nan=False)
    except (_Unfaithful, ValueError):
        return None
    return text if len(text) <= limit else None


def _plain(value: Any, depth: int, left: list[int]) -> Any:
    """`value` in JSON's types. `left` counts the parts still allowed, so that nothing huge is copied."""
    left[0] -= 1
    if depth == 0 or left[0] < 0:
        raise _Unfaithful
    numpy = sys.modules.get("numpy")
    if numpy is not None and isinstance(value, numpy.generic):
        value = value.item()
    kind = type(value)
    if value is None or kind is bool or kind is int:
        return value
    if kind is float and math.isfinite(value):
        return value
    if kind is str:
        if any("\ud800" <= character <= "\udfff" for character in value):
            raise _Unfaithful
        return value
    if kind is list or kind is tuple:
        return [_plain(item, depth - 1, left) for item in value]
    if kind is dict and all(type(key) is str for key in value):
        return {key: _plain(item, depth - 1, left) for key, item in value.items()}
    raise _Unfaithful
