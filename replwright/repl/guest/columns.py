"""Columns and indexes as sections of a file, and back without a copy: plain JSON says what lies where.

Numbers come back as private memory that may be written to (the file is mapped copy-on-write), texts as Arrow.
"""

import io
import json
import mmap
from typing import Any

from replwright.repl.guest import cells
from replwright.repl.guest.cells import Unfaithful

_ALIGNMENT = 64
Described = dict[str, Any]


class Writer:
    """Appends sections to a file; each is named by its offset and size."""

    def __init__(self, file: io.BufferedWriter) -> None:
        self._file = file

    def column(self, array: Any) -> Described:
        """Write a pandas array. Raises Unfaithful for a kind that cannot be carried."""
        import numpy as np
        import pandas as pd

        dtype = array.dtype
        if isinstance(array, pd.arrays.NumpyExtensionArray) or isinstance(dtype, np.dtype):
            return self._numbers(array.to_numpy())
        if isinstance(dtype, pd.CategoricalDtype):
            codes, categories = self._numbers(array.codes), self.index(array.categories)
            return {"codes": codes, "categories": categories, "ordered": bool(array.ordered)}
        if isinstance(dtype, pd.DatetimeTZDtype):
            utc = array.tz_convert("UTC").tz_localize(None)
            return {"utc": self._numbers(utc.to_numpy()), "zone": str(dtype.tz)}
        if isinstance(dtype, pd.StringDtype) and dtype.storage == "pyarrow":
            return {"texts": self._arrow(array, texts=True), "missing": "NA" if dtype.na_value is pd.NA else "NaN"}
        if isinstance(dtype, pd.ArrowDtype):
            return {"arrow": self._arrow(array)}
        if isinstance(array, (pd.arrays.IntegerArray, pd.arrays.FloatingArray, pd.arrays.BooleanArray)):
            values = array.to_numpy(dtype.numpy_dtype, na_value=dtype.numpy_dtype.type(0))
            return {"masked": self._numbers(values), "mask": self._numbers(array.isna())}
        raise Unfaithful(f"a column of type {dtype}")

    def index(self, index: Any) -> Described:
        """Write an index. Raises Unfaithful."""
        import pandas as pd

        names = self._bytes(cells.encode(list(index.names)))
        if isinstance(index, pd.RangeIndex):
            return {"range": [index.start, index.stop, index.step], "names": names}
        if isinstance(index, pd.MultiIndex):
            levels = [self.index(level) for level in index.levels]
            return {"levels": levels, "codes": [self._numbers(codes) for codes in index.codes], "names": names}
        return {"values": self.column(index.array), "names": names}

    def finish(self, header: Described) -> None:
        """Write what describes it all."""
        at, size = self._bytes(json.dumps(header).encode())
        self._file.write(at.to_bytes(8, "big") + size.to_bytes(8, "big"))
        self._file.flush()

    def _numbers(self, values: Any) -> Described:
        import numpy as np

        kind = values.dtype.kind
        if kind == "O":
            return {"cells": self._bytes(cells.encode(values.tolist()))}
        if kind not in "iufbMm":
            raise Unfaithful(f"a column of type {values.dtype}")
        plain = np.ascontiguousarray(values)
        return {"numbers": plain.dtype.str, "length": len(plain), "at": self._bytes(plain.view("u1").data)[0]}

    def _arrow(self, array: Any, *, texts: bool = False) -> list[int]:
        import pyarrow as arrow

        column = array.__arrow_array__()
        table = arrow.table({"x": column.cast(arrow.large_string()) if texts else column})
        begins = self._align()
        with arrow.ipc.new_stream(self._file, table.schema) as writer:
            writer.write_table(table)
        return [begins, self._file.tell() - begins]

    def _bytes(self, data: Any) -> list[int]:
        begins = self._align()
        self._file.write(data)
        return [begins, memoryview(data).nbytes]

    def _align(self) -> int:
        self._file.write(bytes(-self._file.tell() % _ALIGNMENT))
        return self._file.tell()


class Reader:
    """Reads what a Writer wrote, from a private map of the file. Raises ValueError for a damaged one."""

    def __init__(self, descriptor: int) -> None:
        import pyarrow as arrow

        self.map = mmap.mmap(descriptor, 0, access=mmap.ACCESS_COPY)
        self._buffer = arrow.py_buffer(memoryview(self.map))
        tail = self.map[-16:]
        self.header: Described = json.loads(
            self._part([int.from_bytes(tail[:8], "big"), int.from_bytes(tail[8:], "big")])
        )

    def column(self, told: Described) -> Any:
        """A pandas array, or a NumPy one."""
        import pandas as pd

        if "codes" in told:
            categories = self.index(told["categories"])
            return pd.Categorical.from_codes(self.column(told["codes"]), categories, ordered=told["ordered"])
        if "utc" in told:
            return pd.DatetimeIndex(self.column(told["utc"])).tz_localize("UTC").tz_convert(told["zone"]).array
        if "texts" in told:
            dtype: Any = pd.StringDtype("pyarrow", pd.NA if told["missing"] == "NA" else float("nan"))
            return dtype.__from_arrow__(self._arrow(told["texts"]))
        if "arrow" in told:
            column = self._arrow(told["arrow"])
            arrow_type: Any = pd.ArrowDtype(column.type)
            return arrow_type.__from_arrow__(column)
        if "masked" in told:
            return _masked(self.column(told["masked"]), self.column(told["mask"]))
        if "cells" in told:
            return _objects(cells.decode(self._part(told["cells"])))
        return self._numbers(told)

    def index(self, told: Described) -> Any:
        """A pandas index."""
        import pandas as pd

        names = cells.decode(self._part(told["names"]))
        if "range" in told:
            start, stop, step = told["range"]
            return pd.RangeIndex(start, stop, step, name=names[0])
        if "levels" in told:
            levels, codes = [self.index(level) for level in told["levels"]], [self.column(one) for one in told["codes"]]
            return pd.MultiIndex(levels, codes, names=names, verify_integrity=False)
        values = self.column(told["values"])
        return pd.Index(values, dtype=values.dtype, name=names[0], copy=False)

    def _numbers(self, told: Described) -> Any:
        import numpy as np

        dtype = np.dtype(told["numbers"])
        if dtype.kind not in "iufbMm":
            raise ValueError(f"numbers of type {dtype}")
        if not told["length"]:
            return np.empty(0, dtype)
        return np.frombuffer(self.map, dtype, told["length"], told["at"])

    def _arrow(self, place: list[int]) -> Any:
        import pyarrow as arrow

        column = arrow.ipc.open_stream(self._buffer.slice(*place)).read_all().column(0)
        # Another process wrote this, out of a file of whoever asked.
        column.validate(full=True)
        return column

    def _part(self, place: list[int]) -> bytes:
        begins, size = place
        if not 0 <= begins <= begins + size <= len(self.map):
            raise ValueError("the file is damaged")
        return self.map[begins : begins + size]


def _masked(values: Any, missing: Any) -> Any:
    import pandas as pd

    kinds = {"f": pd.arrays.FloatingArray, "b": pd.arrays.BooleanArray}
    return kinds.get(values.dtype.kind, pd.arrays.IntegerArray)(values, missing)


def _objects(values: list[Any]) -> Any:
    import numpy as np

    made = np.empty(len(values), object)
    for position, value in enumerate(values):
        made[position] = value
    return made
