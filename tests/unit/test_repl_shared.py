"""Tables as templates hold them: what was stored is loaded the same, and written to without anybody noticing."""

import datetime
import decimal
import os
import tempfile
from collections.abc import Iterator
from typing import IO, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from replwright.repl.guest import shared
from replwright.repl.guest.cells import Unfaithful

_pandas: Any = pd
_TWO: dict[str, Any] = {
    "whole": [1, -(2**63)],
    "unsigned": np.array([0, 2**64 - 1], "u8"),
    "small": np.array([1, -1], "i1"),
    "parts": [-0.0, float("nan")],
    "half": np.array([1.5, float("inf")], "f2"),
    "truth": [True, False],
    "text": ["ä\n\0", None],
    "nullable text": _pandas.array(["a", None], dtype="string"),
    "nullable": _pandas.array([1, None], dtype="Int64"),
    "nullable parts": _pandas.array([1.5, None], dtype="Float32"),
    "nullable truth": _pandas.array([True, None], dtype="boolean"),
    "arrow": _pandas.array([[1], None], dtype=_pandas.ArrowDtype(pa.list_(pa.int8()))),
    "day": _pandas.to_datetime(["2024-02-29", None]),
    "second": np.array(["2024-01-01T00:00:01", "NaT"], "M8[s]"),
    "zoned": _pandas.to_datetime(["2024-03-31T00:30", None]).tz_localize("Europe/Rome"),
    "utc": _pandas.to_datetime(["2024-01-01", "2024-01-02"], utc=True),
    "offset": _pandas.to_datetime(["2024-01-01T00:00+02:00", "2024-01-02T00:00+02:00"]),
    "span": _pandas.to_timedelta([1, None], unit="D"),
    "kind": _pandas.Categorical(["b", None], categories=["a", "b"], ordered=True),
    "numbered kind": _pandas.Categorical([3, 1]),
    "mixed": [1, "1"],
    "truth or not": [True, None],
    "huge": [10**30, 1.5],
    "nested": [{"a": [1, {"b": None}]}, [float("nan")]],
    "keys": [{1: "x"}, {"$": "mine"}],
    "lone surrogate": ["\ud800", 1],
    "date": [datetime.date(2024, 1, 1), None],
    "moment": [datetime.datetime(2024, 1, 1, 1, 2, 3, 4, datetime.UTC), datetime.time(1, 2)],
    "money": [decimal.Decimal("1.10"), decimal.Decimal("NaN")],
    "bytes": [b"\0\xff", _pandas.NA],
    "vectors": [np.array([1.0, 2.0]), np.array([], "f8")],
}


@pytest.fixture
def file() -> Iterator[IO[bytes]]:
    with tempfile.TemporaryFile() as file:
        yield file


def _through(frame: pd.DataFrame, file: IO[bytes]) -> pd.DataFrame:
    shared.store(frame, file.fileno())
    reading = os.dup(file.fileno())
    try:
        loaded = shared.load(reading)
    finally:
        os.close(reading)
    assert isinstance(loaded, pd.DataFrame)
    return loaded


@pytest.mark.parametrize("name", _TWO)
@pytest.mark.parametrize("rows", [2, 0])
def test_a_column_comes_back_as_it_was(file: IO[bytes], name: str, rows: int) -> None:
    frame = pd.DataFrame({name: _TWO[name]}).head(rows)

    loaded = _through(frame, file)

    assert shared.same(loaded, frame)
    assert loaded.dtypes.tolist() == frame.dtypes.tolist()
    if name not in ("vectors", "nested"):
        pd.testing.assert_frame_equal(loaded, frame)


@pytest.mark.parametrize(
    "index",
    [
        pd.RangeIndex(5, 9, 2, name="n"),
        pd.Index(["a", "b"], name="key"),
        pd.Index([1.5, float("nan")]),
        pd.DatetimeIndex(["2024-01-01", "2024-01-03"], tz="Europe/Rome", name="when"),
        pd.MultiIndex.from_tuples([("a", 1), ("b", 2)], names=["x", None]),
        pd.CategoricalIndex(["u", "v"]),
        pd.Index([1, "a"]),
    ],
)
def test_an_index_comes_back_as_it_was(file: IO[bytes], index: Any) -> None:
    pd.testing.assert_index_equal(_through(pd.DataFrame({"x": [1, 2]}, index=index), file).index, index, exact=True)


@pytest.mark.parametrize("names", [["a", "a", "b"], [1, "x", None], ["ä\n", "", " "], [(1, 2), "x", 1.5]])
def test_names_may_be_of_any_kind_and_come_twice(file: IO[bytes], names: list[Any]) -> None:
    frame = pd.DataFrame([[1, "x", 2.5]])
    frame.columns = pd.Index(names, tupleize_cols=False)
    if any(isinstance(name, tuple) for name in names):
        with pytest.raises(Unfaithful, match="tuple"):
            _through(frame, file)
    else:
        assert list(_through(frame, file).columns) == names


@pytest.mark.parametrize(
    "values", [[{1, 2}], [object()], [1 + 2j], pd.period_range("2024", periods=1, freq="D"), [np.float64(1), "x"]]
)
def test_what_would_not_come_back_the_same_is_refused(file: IO[bytes], values: Any) -> None:
    with pytest.raises(Unfaithful):
        shared.store(pd.DataFrame({"x": values}), file.fileno())


def test_no_columns_and_no_rows_are_a_table_too(file: IO[bytes]) -> None:
    for frame in (pd.DataFrame(), pd.DataFrame(index=[1, 2]), pd.DataFrame({"a": []})):
        assert shared.same(_through(frame, file), frame)


def test_who_writes_to_a_loaded_table_changes_his_own_alone(file: IO[bytes]) -> None:
    frame = pd.DataFrame({"n": [1.0, 2.0], "t": ["a", "b"]})
    first = _through(frame, file)
    second = shared.load(file.fileno())

    first.loc[0, "n"] = 9.0
    first.loc[0, "t"] = "z"

    assert first.values.tolist() == [[9.0, "z"], [2.0, "b"]]
    assert shared.same(second, frame)
    assert shared.same(shared.load(file.fileno()), frame)


def test_texts_and_numbers_stay_in_the_file(file: IO[bytes]) -> None:
    loaded = _through(pd.DataFrame({"n": range(10_000), "t": ["x" * 50] * 10_000}), file)
    reader: Any = shared._MAPS[-1]

    texts: Any = loaded["t"].array.__arrow_array__()
    begins = reader._buffer.address

    assert all(begins <= part.address < begins + len(reader.map) for part in texts.chunk(0).buffers()[1:])
    assert begins <= loaded["n"].to_numpy().__array_interface__["data"][0] < begins + len(reader.map)


@pytest.mark.parametrize("at", range(0, 100, 7))
def test_a_damaged_file_is_refused_or_read_within_its_bounds(file: IO[bytes], at: int) -> None:
    shared.store(pd.DataFrame({"n": [1, 2], "t": ["a", "b"]}), file.fileno())
    whole = os.pread(file.fileno(), 1 << 20, 0)
    for damaged in (whole[: len(whole) * at // 100], whole[:at] + b"\xff" * 8 + whole[at + 8 :], whole[:-at]):
        file.truncate(0)
        os.pwrite(file.fileno(), damaged, 0)
        try:
            shared.load(file.fileno())
        except (ValueError, LookupError, TypeError, OSError, OverflowError):
            continue
