"""Describe a table for a planner: its columns, types, ranges, values and dirt, in less than 48 kB of JSON.

It is run as the code of an ordinary REPL task (profile_code.py), so it keeps to what REPL code may import.
"""

import datetime
import json
import re
import warnings
from typing import Any

import pandas as pd

MAX_BYTES = 48_000
MAX_COLUMNS = 200
MAX_NAME = 200
MAX_TEXT = 120
FEW_DISTINCT = 50
MOST_DISTINCT = 200
VALUES_BYTES = 8_000
SAMPLES = 5
ROWS_LOOKED_AT = 5_000
# As people write amounts: a currency before or a unit after a number with separators.
DIRTY_NUMBER = re.compile(
    r"\s*\(?\s*[-+]?\s*(?:[$€£¥]|[A-Z]{2,3}\$?)?\s*[-+]?\d{1,3}(?:[\s,.'\u00a0]?\d{3})*(?:[.,]\d+)?\s*[A-Za-z%€£$²³/]{0,6}\s*\)?\s*"
)
DATE_LIKE = re.compile(r".*\d.*[-/.: ].*\d.*")


def profile(frame: Any) -> dict[str, Any]:
    """{"rows", "columns": [...], "notes": [...]}, cut until it fits."""
    notes = []
    if frame.shape[1] > MAX_COLUMNS:
        notes.append(f"{frame.shape[1]} columns; the first {MAX_COLUMNS} are described")
    if not len(frame):
        notes.append("the table has no rows")
    if all(re.fullmatch(r"column_\d+", str(name)) for name in frame.columns):
        notes.append("the file has no header; the columns were named by position")
    repeated = int(frame.duplicated().sum()) if len(frame) <= 200_000 and not _has_nested(frame) else 0
    if repeated:
        notes.append(f"{repeated} rows repeat an earlier row exactly")
    columns = [_column(str(frame.columns[at]), frame.iloc[:, at]) for at in range(min(frame.shape[1], MAX_COLUMNS))]
    return _fitted({"rows": len(frame), "columns": columns, "notes": notes})


def _column(name: str, column: Any) -> dict[str, Any]:
    present = column.dropna()
    told: dict[str, Any] = {
        "name": name[:MAX_NAME],
        "type": "empty",
        "missing": int(column.isna().sum()),
        "distinct": 0,
    }
    if not len(present):
        return told
    kind = pd.api.types.infer_dtype(present, skipna=True)
    if pd.api.types.is_bool_dtype(present) or kind == "boolean":
        told |= _described("boolean", present)
    elif pd.api.types.is_numeric_dtype(present) and kind != "complex":
        # Whole numbers beside missing ones are floats to pandas; beyond 2**53 a float is no exact integer.
        if not pd.api.types.is_integer_dtype(present) and bool(((present % 1 == 0) & (present.abs() < 2**53)).all()):
            present = present.astype("int64")
        kind = "integer" if pd.api.types.is_integer_dtype(present) else "number"
        told |= _described(kind, present, ends=True)
    elif pd.api.types.is_datetime64_any_dtype(present) or kind in ("date", "datetime"):
        told |= _described("date", present, ends=True)
    elif kind == "string":
        told |= _text(present)
    else:
        told |= _described("mixed", present.map(str))
    return told


def _text(present: Any) -> dict[str, Any]:
    present = present.astype(str)
    looked = present.head(ROWS_LOOKED_AT)
    dates = _share_of_dates(looked)
    if dates is not None:
        return _described("date", present) | _ends_of_dates(present)
    told = _described("text", present)
    share = float(looked.map(lambda text: DIRTY_NUMBER.fullmatch(text) is not None).mean())
    if share >= 0.5:
        told |= {"numeric_text": True, "numeric_share": round(share, 3)}
    if (values := _values(present, told["distinct"])) is not None:
        told["values"] = values
    return told


def _described(kind: str, present: Any, ends: bool = False) -> dict[str, Any]:
    counts = present.value_counts()
    told: dict[str, Any] = {
        "type": kind,
        "distinct": len(counts),
        "samples": [_plain(v) for v in counts.index[:SAMPLES]],
    }
    if ends:
        told |= {"min": _plain(present.min()), "max": _plain(present.max())}
    return told


def _values(present: Any, distinct: int) -> list[str] | None:
    """Every value of a column of few, in order of how often it stands; None when there are too many to list."""
    if distinct > MOST_DISTINCT or (distinct > FEW_DISTINCT and distinct > 0.5 * len(present)):
        return None
    values = [_plain(value) for value in present.value_counts().index]
    return values if len(json.dumps(values)) <= VALUES_BYTES else None


def _share_of_dates(looked: Any) -> float | None:
    """The share of texts that are dates when nearly all are, else None."""
    if not looked.head(50).map(lambda text: DATE_LIKE.fullmatch(text) is not None).mean() > 0.8:
        return None
    share = float(_dates(looked).notna().mean())
    return share if share >= 0.9 else None


def _dates(texts: Any) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        best = pd.to_datetime(texts, errors="coerce")
        for options in ({"dayfirst": True}, {"format": "mixed", "utc": True}):
            if best.notna().mean() < 1:
                other = pd.to_datetime(texts, errors="coerce", **options)
                best = other if other.notna().mean() > best.notna().mean() else best
    return best


def _ends_of_dates(present: Any) -> dict[str, Any]:
    parsed = _dates(present).dropna()
    unread = len(present) - len(parsed)
    return {"min": _plain(parsed.min()), "max": _plain(parsed.max())} | ({"unparsed": unread} if unread else {})


def _has_nested(frame: Any) -> bool:
    """Whether a cell holds a list or a dict, which cannot be compared by hash."""
    head = frame.head(100)
    return any(isinstance(cell, (list, dict)) for name in head.columns for cell in head[[name]].to_numpy().ravel())


def _plain(value: Any) -> Any:
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, (bool, int)):
        return value
    if isinstance(value, float):
        return value if value == value and abs(value) != float("inf") else None
    if isinstance(value, (datetime.datetime, datetime.date)):
        return value.isoformat()
    text = str(value)
    return text if len(text) <= MAX_TEXT else text[: MAX_TEXT - 1] + "…"


def _fitted(told: dict[str, Any]) -> dict[str, Any]:
    """`told` in at most MAX_BYTES: long lists of values go first, then samples, then the last columns."""
    widest = sorted(told["columns"], key=lambda column: -len(json.dumps(column.get("values", []))))
    for column in widest:
        if _size(told) > MAX_BYTES and column.pop("values", None):
            column["values_left_out"] = True
    for column in told["columns"]:
        if _size(told) > MAX_BYTES:
            column.pop("samples", None)
    described = len(told["columns"])
    while _size(told) > MAX_BYTES - 200:
        told["columns"].pop()
    if len(told["columns"]) < described:
        told["notes"].append(f"only {len(told['columns'])} of {described} columns fit here")
    return told


def _size(told: dict[str, Any]) -> int:
    return len(json.dumps(told))
