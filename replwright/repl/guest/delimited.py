"""CSV and TSV as real files have them: any encoding, `,` `;` tab or `|`, titles above, no header, decimal commas."""

import csv
import io
import re
from collections import Counter
from pathlib import Path
from typing import Any

from replwright.repl.guest import encoding

_DELIMITERS = (",", ";", "\t", "|")
_SAMPLE_CHARACTERS = 256 * 1024
_SAMPLE_ROWS = 200
_NUMBER = re.compile(r"\s*[-+(]?\s*[$€£]?\s*\d[\d\s.,']*([eE][-+]?\d+)?\s*[%)]?\s*\Z")
_YEAR = re.compile(r"\s*(19|20)\d\d\s*\Z")
_DECIMAL_COMMA = re.compile(r"\s*-?\d+(\.\d{3})*,\d+\s*\Z")
_DECIMAL_POINT = re.compile(r"\s*-?\d+\.\d{1,2}\s*\Z|\s*-?\d+\.\d{4,}\s*\Z")


def load_csv(path: str) -> Any:
    """A DataFrame. Raises ValueError that names what is wrong with the file."""
    name = encoding.of(path)
    sample = _sample(path, name)
    return _load(path, name, sample, _delimiter(sample))


def load_tsv(path: str) -> Any:
    """Like load_csv, with tabs; a file that has none is read as CSV."""
    name = encoding.of(path)
    sample = _sample(path, name)
    return _load(path, name, sample, "\t" if "\t" in sample else _delimiter(sample))


def _load(path: str, encoding_name: str, sample: str, delimiter: str) -> Any:
    import pandas as pd

    rows = _rows(sample, delimiter)
    skipped = _titles_above(rows)
    decimal, thousands = _decimal(rows[skipped + 1 :], delimiter)
    frame = pd.read_csv(
        path,
        sep=delimiter,
        encoding=encoding_name,
        header=0 if _has_header(rows[skipped:]) else None,
        skiprows=skipped,
        decimal=decimal,
        thousands=thousands,
        skipinitialspace=True,
        on_bad_lines="warn",
        low_memory=False,
    )
    if all(isinstance(column, int) for column in frame.columns):
        frame.columns = [f"column_{position}" for position in range(1, frame.shape[1] + 1)]
    return frame


def _sample(path: str, name: str) -> str:
    with Path(path).open(encoding=name, errors="replace", newline="") as file:
        text = file.read(_SAMPLE_CHARACTERS)
    if not text.strip():
        raise ValueError("the file is empty")
    # A last line cut off in the middle would count as a row with too few fields.
    return text[: text.rfind("\n") + 1] if len(text) == _SAMPLE_CHARACTERS and "\n" in text else text


def _rows(sample: str, delimiter: str) -> list[list[str]]:
    rows = []
    try:
        for row in csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter, skipinitialspace=True):
            rows.append(row)
            if len(rows) == _SAMPLE_ROWS:
                break
    except csv.Error:
        pass
    return rows


def _delimiter(sample: str) -> str:
    """The delimiter by which most rows have the same number of fields, and more than one."""
    best, best_score = ",", 0.0
    for delimiter in _DELIMITERS:
        widths = Counter(len(row) for row in _rows(sample, delimiter) if any(row))
        if not widths:
            continue
        width, rows = widths.most_common(1)[0]
        score = rows / widths.total() * (1 + min(width, 10) / 100) if width > 1 else 0.0
        if score > best_score:
            best, best_score = delimiter, score
    return best


def _titles_above(rows: list[list[str]]) -> int:
    """How many lines stand above the table: lone cells, where the rows below agree on more than one field."""
    widths = Counter(len(row) for row in rows if any(row))
    if not widths or (width := widths.most_common(1)[0][0]) == 1:
        return 0
    above = 0
    while above < min(len(rows) - 1, 20) and len([cell for cell in rows[above] if cell.strip()]) <= 1 < width:
        above += 1
    return above


def _has_header(rows: list[list[str]]) -> bool:
    """Whether the first row names the columns: it does unless a number stands there that is no year."""
    if len(rows) < 2:
        return True
    first, rest = rows[0], [row for row in rows[1:] if any(row)]
    numbers = [cell for cell in first if _NUMBER.match(cell)]
    if not numbers:
        return True
    for position, cell in enumerate(first):
        below = [row[position] for row in rest if position < len(row) and row[position].strip()]
        if cell.strip() and not _NUMBER.match(cell) and below and _share(_NUMBER, below) > 0.8:
            return True
    below_numbers = [row[i] for row in rest for i, cell in enumerate(first) if cell in numbers and i < len(row)]
    return _share(_YEAR, numbers) == 1 and len(set(numbers)) == len(numbers) and _share(_YEAR, below_numbers) < 0.5


def _decimal(rows: list[list[str]], delimiter: str) -> tuple[str, str | None]:
    """The decimal mark and the thousands mark; where the comma delimits, it is no decimal mark."""
    if delimiter == ",":
        return ".", None
    cells = [cell for row in rows for cell in row]
    commas = [cell for cell in cells if _DECIMAL_COMMA.match(cell)]
    points = [cell for cell in cells if _DECIMAL_POINT.match(cell)]
    if len(commas) <= len(points):
        return ".", None
    return ",", "." if any("." in cell for cell in commas) else None


def _share(pattern: re.Pattern[str], cells: list[str]) -> float:
    return sum(1 for cell in cells if pattern.match(cell)) / len(cells) if cells else 0.0
