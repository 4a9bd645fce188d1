"""Tables that many REPLs share: a loader writes one to a file, and the process that they are forked from maps it."""

import os
from typing import Any

from replwright.repl.guest import cells, columns
from replwright.repl.guest.cells import Unfaithful

# Input names to frames: what the process that this one was forked from had loaded.
LOADED: dict[str, Any] = {}
_MAPS: list[Any] = []


def store(frame: Any, descriptor: int) -> None:
    """Write `frame` to a file that may be read too. Raises Unfaithful if `load` would not give the same back."""
    os.ftruncate(descriptor, 0)
    with os.fdopen(os.dup(descriptor), "wb") as file:
        file.seek(0)
        writer = columns.Writer(file)
        header = {
            "columns": writer.index(frame.columns),
            "index": writer.index(frame.index),
            "values": [writer.column(frame.iloc[:, position].array) for position in range(frame.shape[1])],
            "attrs": cells.encode([frame.attrs]).decode(),
        }
        writer.finish(header)
    if not same(frame, _read(columns.Reader(descriptor))):
        raise Unfaithful("the table would not come back the same")


def load(descriptor: int) -> Any:
    """The DataFrame of a file that `store` wrote. Raises ValueError for a damaged one.

    Its numbers are this process's own as soon as they are written to; its texts stay in the file, which is mapped.
    """
    reader = columns.Reader(descriptor)
    _MAPS.append(reader)
    return _read(reader)


def same(one: Any, other: Any) -> bool:
    """Whether two frames are equal in every value, type, name and order."""
    if not (_same_index(one.columns, other.columns) and _same_index(one.index, other.index)):
        return False
    pairs = ((one.iloc[:, at].array, other.iloc[:, at].array) for at in range(one.shape[1]))
    return cells.same(one.attrs, other.attrs) and all(_same_values(*pair) for pair in pairs)


def _read(reader: columns.Reader) -> Any:
    import pandas as pd

    header = reader.header
    values = {position: reader.column(told) for position, told in enumerate(header["values"])}
    frame = pd.DataFrame(values, index=reader.index(header["index"]), copy=False)
    frame.columns = reader.index(header["columns"])
    frame.attrs = cells.decode(header["attrs"].encode())[0]
    return frame


def _same_index(one: Any, other: Any) -> bool:
    if type(one) is not type(other) or not cells.same(list(one.names), list(other.names)):
        return False
    if one.nlevels > 1:
        levels = zip(one.levels, other.levels, strict=True)
        codes = zip(one.codes, other.codes, strict=True)
        return all(_same_index(*pair) for pair in levels) and all((a == b).all() for a, b in codes)
    return getattr(one, "freq", None) == getattr(other, "freq", None) and _same_values(one.array, other.array)


def _same_values(one: Any, other: Any) -> bool:
    import numpy as np
    import pandas as pd

    if type(one) is not type(other) or one.dtype != other.dtype or len(one) != len(other):
        return False
    if not isinstance(one, pd.arrays.NumpyExtensionArray):
        return bool(one.equals(other))
    if one.dtype.kind == "O":
        return all(map(cells.same, one, other))
    # By their bits: NaN is NaN, and minus zero is not zero.
    return bool(np.array_equal(_bits(one), _bits(other)))


def _bits(array: Any) -> Any:
    import numpy as np

    return np.ascontiguousarray(array.to_numpy()).view("u1")
