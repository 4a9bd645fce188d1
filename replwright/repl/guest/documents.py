"""JSON, JSON Lines, Parquet and Excel as tables."""

import json
from pathlib import Path
from typing import Any

from replwright.repl.guest import encoding


def load_json(path: str) -> Any:
    """A list of records, a dict of columns, or a dict that holds one list of records; nested fields become `a.b`."""
    text = _text(path)
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        try:
            return _from_lines(text)
        except ValueError:
            raise ValueError(f"it is not JSON: {error}") from None
    return _table(data)


def load_json_lines(path: str) -> Any:
    """One JSON object a line."""
    return _from_lines(_text(path))


def load_parquet(path: str) -> Any:
    """Any Parquet file that pyarrow reads."""
    import pandas as pd

    with Path(path).open("rb") as file:
        head = file.read(4)
    if not head:
        raise ValueError("the file is empty")
    if head != b"PAR1":
        raise ValueError("it is not a Parquet file")
    return pd.read_parquet(path)


def load_excel(path: str) -> Any:
    """The first sheet that is not empty, without its empty rows and columns."""
    import pandas as pd

    with Path(path).open("rb") as file:
        head = file.read(4)
    if not head:
        raise ValueError("the file is empty")
    if head != b"PK\3\4":
        raise ValueError("it is not an Excel workbook (.xlsx)")
    with pd.ExcelFile(path, engine="openpyxl") as book:
        for sheet in book.sheet_names:
            raw = pd.read_excel(book, sheet_name=sheet, header=None).dropna(how="all").dropna(how="all", axis="columns")
            if not raw.empty:
                first = int(str(raw.index[0]))
                columns = [int(str(column)) for column in raw.columns]
                frame = pd.read_excel(book, sheet_name=sheet, skiprows=first, usecols=columns)
                return frame.dropna(how="all")
    raise ValueError("every sheet is empty")


def _text(path: str) -> str:
    name = encoding.of(path)
    return Path(path).read_text(encoding=name)


def _from_lines(text: str) -> Any:
    records = []
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            records.append(json.loads(line))
        except json.JSONDecodeError as error:
            raise ValueError(f"line {number} is not JSON: {error}") from None
    return _table(records)


def _table(data: Any) -> Any:
    import pandas as pd

    if isinstance(data, dict):
        lists = [value for value in data.values() if isinstance(value, list)]
        if len(lists) == 1 and all(isinstance(item, dict) for item in lists[0]):
            data = lists[0]
        elif data and len(lists) == len(data):
            return pd.DataFrame(data)
        elif data and all(isinstance(value, dict) for value in data.values()):
            return _of_dicts(data)
        else:
            data = [data]
    if not isinstance(data, list):
        raise ValueError("the JSON holds a single value, not a table")
    if not data:
        raise ValueError("the JSON holds no records")
    if all(isinstance(item, dict) for item in data):
        return pd.json_normalize(data)
    if all(isinstance(item, list) for item in data):
        rows = pd.DataFrame(data)
        rows.columns = [f"column_{position}" for position in range(1, rows.shape[1] + 1)]
        return rows
    return pd.DataFrame({"value": data})


def _of_dicts(data: dict[str, dict[str, Any]]) -> Any:
    """{"column": {"0": ...}} as pandas writes it, or {"key": {record}}: whichever gives the longer side to rows."""
    import pandas as pd

    columns = pd.DataFrame(data)
    return columns if columns.shape[0] >= columns.shape[1] else columns.T.rename_axis("key").reset_index()
