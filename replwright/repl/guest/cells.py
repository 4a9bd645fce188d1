"""Cells of mixed columns as JSON and back, each of exactly the type that it had."""

import datetime
import decimal
import json
from collections.abc import Callable
from typing import Any

_PLAIN = frozenset({type(None), bool, int, float, str})
_MARK = "$"


class Unfaithful(ValueError):
    """The value cannot be carried so that it comes back the same."""


def encode(values: list[Any]) -> bytes:
    """JSON for a list of cells. Raises Unfaithful for a type that is not known here."""
    return json.dumps([_out(value) for value in values]).encode()


def decode(data: bytes) -> list[Any]:
    """The cells of `encode`."""
    values: list[Any] = [_back(value) for value in json.loads(data)]
    return values


def same(one: Any, other: Any) -> bool:
    """Equal and of the same type, all the way down; NaN is the same as NaN."""
    if type(one) is not type(other):
        return False
    if isinstance(one, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict):
        return same(list(one), list(other)) and same(list(one.values()), list(other.values()))
    if hasattr(one, "dtype") and hasattr(one, "shape"):
        return one.dtype == other.dtype and one.shape == other.shape and same(one.tolist(), other.tolist())
    # Whatever NaN is, it differs from itself; NA answers neither yes nor no.
    return one is other or bool(one == other) or (one != one and other != other)


def _out(value: Any) -> Any:
    kind = type(value)
    if kind in _PLAIN:
        return value
    if kind is list:
        return [_out(one) for one in value]
    if kind is dict and _MARK not in value and all(type(key) is str for key in value):
        return {key: _out(one) for key, one in value.items()}
    if kind is dict:
        return _marked("dict", [[_out(key), _out(one)] for key, one in value.items()])
    if kind.__name__ == "ndarray" and value.ndim == 1 and value.dtype.kind in "iufbO":
        return _marked("array", [value.dtype.str, [_out(one) for one in value.tolist()]])
    name = kind.__name__
    if name not in _SIMPLE:
        raise Unfaithful(f"a cell holds a {name}")
    return _marked(name, _SIMPLE[name][0](value))


def _back(value: Any) -> Any:
    if type(value) is list:
        return [_back(one) for one in value]
    if type(value) is not dict:
        return value
    if _MARK not in value:
        return {key: _back(one) for key, one in value.items()}
    name, held = value[_MARK], value["v"]
    if name == "dict":
        return {_back(key): _back(one) for key, one in held}
    if name == "array":
        return _array(held[0], [_back(one) for one in held[1]])
    return _SIMPLE[name][1](held)


def _marked(name: str, held: Any) -> dict[str, Any]:
    return {_MARK: name, "v": held}


def _array(dtype: str, values: list[Any]) -> Any:
    import numpy as np

    made = np.empty(len(values), dtype)
    made[:] = values
    return made


def _pandas(name: str) -> Callable[[Any], Any]:
    def make(held: Any) -> Any:
        import pandas as pd

        made = getattr(pd, name)
        return made(held) if name == "Timestamp" else made

    return make


_SIMPLE: dict[str, tuple[Callable[[Any], Any], Callable[[Any], Any]]] = {
    "date": (datetime.date.isoformat, datetime.date.fromisoformat),
    "datetime": (datetime.datetime.isoformat, datetime.datetime.fromisoformat),
    "time": (datetime.time.isoformat, datetime.time.fromisoformat),
    "timedelta": (lambda one: [one.days, one.seconds, one.microseconds], lambda held: datetime.timedelta(*held)),
    "Decimal": (str, decimal.Decimal),
    "bytes": (bytes.hex, bytes.fromhex),
    "Timestamp": (str, _pandas("Timestamp")),
    "NaTType": (lambda _: None, _pandas("NaT")),
    "NAType": (lambda _: None, _pandas("NA")),
}
