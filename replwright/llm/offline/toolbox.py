"""The functions that the generated code is built from. This file is never imported: helpers.py copies from its source
into the code, which runs in a REPL, where `table`, `answer` and `kept` stand."""

import warnings
from collections.abc import Sequence
from typing import Any

import pandas as pd

table: Any = None
positions: dict[str, int] = {}
kept: Any = None
answer: dict[str, Any] = {}

NUMBER = (
    r"^(?P<open>\()?(?P<sign>[-+])?\s*(?P<before>[$€£¥]|[A-Z]{2,3}\$?)?\s*(?P<inner>[-+])?"
    r"(?P<digits>(?:\d{1,3}(?:,\d{3})+|\d{1,3}(?:[\s']\d{3})+|\d+)(?:\.\d*)?(?:[eE][-+]?\d{1,3})?|\.\d+)"
    r"\s*(?P<after>[A-Za-z%€£$¥²³/]{0,6})\)?$"
)
SCALES = ["k", "m", "b", "mn", "bn"]


def cells_of(name: str) -> Any:
    """The column, by its position: names may be cut or stand twice."""
    return table.iloc[:, positions[name]]


def blank(name: str) -> Any:
    """Where the column has no value: missing cells, and text of spaces only."""
    cells = cells_of(name)
    return (cells.isna() | (cells.astype("string").str.strip() == "").fillna(True)).astype(bool)


def numbers(name: str) -> Any:
    """The column as numbers. Text is one when it is digits with thousands marks, with a sign or in parentheses, and
    with the currency or unit that the column's cells mostly have, if any; all other text becomes NaN."""
    cells = cells_of(name)
    if pd.api.types.is_numeric_dtype(cells.dtype):
        found = cells.astype("float64")
    else:
        parts = cells.astype("string").astype(object).str.strip().str.extract(NUMBER)
        marks = (parts["before"].fillna("") + parts["after"].fillna("")).str.casefold().where(parts["digits"].notna())
        marks = marks.where(~marks.isin(SCALES))
        counts = marks[marks != ""].value_counts()
        usual = min(counts.index[counts == counts.max()]) if len(counts) else ""
        fits = marks.isin(["", usual])
        digits = parts["digits"].where(fits.astype(bool)).str.replace(r"[,'\s]", "", regex=True)
        found = pd.to_numeric(digits, errors="coerce").astype("float64")
        negative = (parts["sign"].eq("-") | parts["inner"].eq("-") | parts["open"].eq("(")).fillna(False)
        found = found.where(~negative.astype(bool), -found)
    return found.where(found.abs() != float("inf"))


def folded(name: str) -> Any:
    """The column as comparable text: case and spare spaces do not count."""
    cells = cells_of(name).astype("string").astype(object).str.split().str.join(" ")
    return cells.where(~blank(name)).str.casefold()


def labels(name: str) -> Any:
    """The column as labels: spellings that differ in case or spaces only are one, shown as most often written."""
    keys = folded(name)
    cells = cells_of(name).astype("string").astype(object).str.split().str.join(" ")
    shown: dict[str, Any] = {}
    pairs: Any = pd.DataFrame({"key": keys, "cell": cells}).dropna().value_counts(sort=False)
    for (key, cell), count in pairs.items():
        shown[key] = min(shown.get(key, (0, cell)), (-int(count), cell))
    return keys.map({key: cell for key, (_, cell) in shown.items()})


def duplicates() -> int:
    """How many rows repeat an earlier one exactly."""
    try:
        return int(table.duplicated().sum())
    except TypeError:
        return int(table.astype("string").duplicated().sum())


def plain(number: Any) -> int | float | None:
    """A JSON number: whole ones without a fraction, None for what is none."""
    number = float(number)
    if number != number or abs(number) == float("inf"):
        return None
    return int(number) if number == int(number) and abs(number) < 2**53 else number


def dates(name: str) -> Any:
    """The column as dates; text is read in the one way that reads most of it, months first before days first."""
    cells = cells_of(name)
    if not pd.api.types.is_datetime64_any_dtype(cells.dtype):
        texts = cells.where(~blank(name)).astype("string").astype(object)
        best = None
        for options in ({}, {"dayfirst": True}, {"format": "mixed", "utc": True}):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                found = pd.to_datetime(texts, errors="coerce", **options)
            if best is None or found.notna().sum() > best.notna().sum():
                best = found
        cells = best
    cells = pd.to_datetime(cells, errors="coerce", utc=True) if cells.dtype == object else cells
    return cells.dt.tz_localize(None) if getattr(cells.dtype, "tz", None) is not None else cells


def left_out(name: str, rows: Any, read: Any) -> None:
    """Count the rows that have no value in the column, and those whose value cannot be read."""
    missing, unread = rows & blank(name), rows & ~blank(name) & read(name).isna()
    counts = {"missing": int(missing.sum()), "unreadable": int(unread.sum())}
    answer.setdefault("left_out", {}).setdefault(name, counts)


def shown(value: Any) -> Any:
    """A number as JSON has it; a date as text."""
    return str(value)[:10] if isinstance(value, pd.Timestamp) else None if value is pd.NaT else plain(value)


def overall(measures: Sequence[tuple[Any, str]]) -> None:
    """Each (column, function) over the kept rows; without a column the rows are counted."""
    values, used = [], []
    for column, function in measures:
        chosen = kept[kept] if column is None else column[kept].dropna()
        counts = function in ("count", "nunique")
        values.append(shown(chosen.agg(function)) if counts or len(chosen) else None)
        used.append(len(chosen))
    answer["groups"] = [{"key": [], "rows": int(kept.sum()), "used": used, "values": values}]


def grouped(keys: Sequence[Any], measures: Sequence[tuple[Any, str]], order: str, highest: bool, count: int) -> None:
    """Each (column, function) by group of kept rows; the first `count` groups, by the first measure or by key."""
    by = [key[kept] for key in keys]
    sizes = kept[kept].groupby(by).size()
    found, used = [], []
    for column, function in measures:
        chosen = (kept if column is None else column)[kept].groupby(by)
        found.append(chosen.sum(min_count=1) if function == "sum" else chosen.agg(function))
        used.append(chosen.count())
    groups: list[dict[str, Any]] = []
    for at, key in enumerate(sizes.index):
        parts = key if isinstance(key, tuple) else (key,)
        labels = [plain(part) if isinstance(part, float) else str(part)[:100] for part in parts]
        values, counts = [shown(series.iloc[at]) for series in found], [int(series.iloc[at]) for series in used]
        groups.append({"key": labels, "rows": int(sizes.iloc[at]), "used": counts, "values": values})
    if order == "measure":
        ranked = [group for group in groups if group["values"][0] is not None]
        ranked.sort(key=lambda group: group["values"][0], reverse=highest)
        groups = ranked + [group for group in groups if group["values"][0] is None]
        if 0 < count < len(ranked) and ranked[count - 1]["values"][0] == ranked[count]["values"][0]:
            answer["tied"] = sum(group["values"][0] == ranked[count]["values"][0] for group in ranked[count:])
    answer["group_count"] = len(groups)
    answer["groups"] = groups[:count]


def shares(keys: Sequence[Any], passing: Any, rows: Any, of_all: bool = False, count: int = 0) -> None:
    """The percentage of rows that pass, overall or of each group; `of_all`: that each group is of all rows."""
    total = int(rows.sum())
    if not keys:
        hits = int(passing.sum())
        answer["shares"] = [
            {"key": [], "hits": hits, "of": total, "percent": plain(100 * hits / total) if total else None}
        ]
        return
    by = [key[rows] for key in keys]
    sizes, hits = rows[rows].groupby(by).size(), passing[rows].groupby(by).sum()
    found: list[dict[str, Any]] = []
    for at, key in enumerate(sizes.index):
        labels = [
            plain(part) if isinstance(part, float) else str(part)[:100]
            for part in (key if isinstance(key, tuple) else (key,))
        ]
        of = total if of_all else int(sizes.iloc[at])
        found.append(
            {"key": labels, "hits": int(hits.iloc[at]), "of": of, "percent": plain(100 * int(hits.iloc[at]) / of)}
        )
    found.sort(key=lambda group: group["percent"], reverse=True)
    answer["group_count"] = len(found)
    answer["shares"] = found[:count]


def difference() -> None:
    """The first group's first measure minus the second's, where there are two."""
    values = [group["values"][0] for group in answer["groups"]]
    if len(values) == 2 and None not in values:
        answer["difference"] = plain(values[0] - values[1])


def listed(rows: Any, columns: Sequence[int], count: int, key: Any = None, highest: bool = True) -> None:
    """The first `count` kept rows, in the order of the table or of a key."""
    at = [place for place, is_kept in enumerate(rows) if is_kept]
    if key is not None:
        ordered = key.reset_index(drop=True).iloc[at].dropna().sort_values(ascending=not highest, kind="stable")
        at = list(ordered.index)
        if 0 < count < len(at) and ordered.iloc[count - 1] == ordered.iloc[count]:
            answer["tied"] = int((ordered.iloc[count:] == ordered.iloc[count]).sum())
    answer["matching"] = len(at)
    answer["columns"] = [str(table.columns[column])[:60] for column in columns]
    chosen = table.iloc[at[:count], columns].to_numpy(object)
    answer["cells"] = [[cell_text(cell) for cell in row] for row in chosen]


def cell_text(cell: Any) -> str:
    """A cell as it is shown; whole numbers without a fraction, missing ones empty."""
    if isinstance(cell, pd.Timestamp) and cell == cell.normalize():
        return str(cell.date())
    if isinstance(cell, float):
        cell = plain(cell)
    return "" if cell is None or cell is pd.NA or cell is pd.NaT else str(cell)[:60]


def spread(values: Any) -> None:
    """Quantiles and ten equal bins of the numbers."""
    values = values.dropna()
    answer["numbers"] = len(values)
    if len(values):
        points = {"min": 0, "5%": 0.05, "25%": 0.25, "median": 0.5, "75%": 0.75, "95%": 0.95, "max": 1}
        answer["quantiles"] = {name: plain(values.quantile(share)) for name, share in points.items()}
        bins = pd.cut(values, 10).value_counts(sort=False) if values.nunique() > 1 else {}
        answer["bins"] = [[plain(bin.left), plain(bin.right), int(count)] for bin, count in bins.items()]


def correlate(first: Any, second: Any) -> None:
    """Pearson's coefficient over kept rows where both are numbers."""
    both = pd.DataFrame({"first": first, "second": second})[kept].dropna()
    answer["pairs"] = len(both)
    varied = len(both) > 1 and both["first"].nunique() > 1 and both["second"].nunique() > 1
    answer["coefficient"] = plain(both["first"].corr(both["second"])) if varied else None


def periods(name: str, period: str) -> Any:
    """A column of dates cut to its days, months and so on; to what leaves a readable number when it is not said."""
    found = dates(name)
    if not period:
        days = (found.max() - found.min()).days if found.notna().any() else 0
        period = "daily" if days <= 45 else "monthly" if days <= 1100 else "yearly"
    answer["period"] = period
    if period == "quarterly":
        text = found.dt.strftime("%Y").astype("string") + " Q" + found.dt.quarter.astype("Int64").astype("string")
        return text.astype(object).where(found.notna())
    form = {"daily": "%Y-%m-%d", "weekly": "%G week %V", "monthly": "%Y-%m", "yearly": "%Y"}[period]
    return found.dt.strftime(form).astype(object).where(found.notna())


def change() -> None:
    """The last group's first measure minus the first group's."""
    values = [group["values"][0] for group in answer["groups"] if group["values"][0] is not None]
    if len(values) > 1:
        answer["change"] = plain(values[-1] - values[0])
