"""The functions that the generated code is built from. This file is never imported: helpers.py copies from its source
into the code, which runs in a REPL, where `table`, `answer` and `kept` stand."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

table: Any = None
kept: Any = None
answer: dict[str, Any] = {}

NUMBER = (
    r"^(?P<open>\()?(?P<sign>[-+])?\s*(?P<before>[$€£¥]|[A-Z]{2,3}\$?)?\s*(?P<inner>[-+])?"
    r"(?P<digits>(?:\d{1,3}(?:,\d{3})+|\d{1,3}(?:[\s']\d{3})+|\d+)(?:\.\d*)?(?:[eE][-+]?\d{1,3})?|\.\d+)"
    r"\s*(?P<after>[A-Za-z%€£$¥²³/]{0,6})\)?$"
)
SCALES = ["k", "m", "b", "mn", "bn"]


def blank(name: str) -> Any:
    """Where the column has no value: missing cells, and text of spaces only."""
    cells = table[name]
    return (cells.isna() | (cells.astype("string").str.strip() == "").fillna(True)).astype(bool)


def numbers(name: str) -> Any:
    """The column as numbers. Text is one when it is digits with thousands marks, with a sign or in parentheses, and
    with the currency or unit that the column's cells mostly have, if any; all other text becomes NaN."""
    cells = table[name]
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
    cells = table[name].astype("string").astype(object).str.split().str.join(" ")
    return cells.where(~blank(name)).str.casefold()


def labels(name: str) -> Any:
    """The column as labels: spellings that differ in case or spaces only are one, shown as most often written."""
    keys = folded(name)
    cells = table[name].astype("string").astype(object).str.split().str.join(" ")
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


def left_out(name: str, rows: Any) -> None:
    """Count the rows that have no value in the column, and those whose value is no number."""
    missing, unread = rows & blank(name), rows & ~blank(name) & numbers(name).isna()
    counts = {"missing": int(missing.sum()), "unreadable": int(unread.sum())}
    answer.setdefault("left_out", {}).setdefault(name, counts)


def overall(measures: Sequence[tuple[Any, str]]) -> None:
    """Each (column, function) over the kept rows; without a column the rows are counted."""
    values = []
    for column, function in measures:
        chosen = kept[kept] if column is None else column[kept].dropna()
        counts = function in ("count", "nunique")
        values.append(plain(chosen.agg(function)) if counts or len(chosen) else None)
    answer["groups"] = [{"key": [], "rows": int(kept.sum()), "values": values}]


def grouped(keys: Sequence[Any], measures: Sequence[tuple[Any, str]], order: str, highest: bool, count: int) -> None:
    """Each (column, function) by group of kept rows; the first `count` groups, by the first measure or by key."""
    by = [key[kept] for key in keys]
    sizes = kept[kept].groupby(by).size()
    found = []
    for column, function in measures:
        chosen = (kept if column is None else column)[kept].groupby(by)
        found.append(chosen.sum(min_count=1) if function == "sum" else chosen.agg(function))
    groups: list[dict[str, Any]] = []
    for at, key in enumerate(sizes.index):
        parts = key if isinstance(key, tuple) else (key,)
        shown = [plain(part) if isinstance(part, float) else str(part)[:100] for part in parts]
        values = [plain(series.iloc[at]) for series in found]
        groups.append({"key": shown, "rows": int(sizes.iloc[at]), "values": values})
    if order == "measure":
        ranked = [group for group in groups if group["values"][0] is not None]
        ranked.sort(key=lambda group: group["values"][0], reverse=highest)
        groups = ranked + [group for group in groups if group["values"][0] is None]
    answer["group_count"] = len(groups)
    answer["groups"] = groups[:count]


def difference() -> None:
    """The first group's first measure minus the second's, where there are two."""
    values = [group["values"][0] for group in answer["groups"]]
    if len(values) == 2 and None not in values:
        answer["difference"] = plain(values[0] - values[1])


def listed(rows: Any, names: Sequence[str], count: int, key: Any = None, highest: bool = True) -> None:
    """The first `count` kept rows, in the order of the table or of a key."""
    chosen = table[rows]
    if key is not None:
        chosen = table.loc[key[rows].dropna().sort_values(ascending=not highest, kind="stable").index]
    answer["matching"] = len(chosen)
    answer["columns"] = [name[:60] for name in names]
    answer["cells"] = [[cell_text(cell) for cell in row] for row in chosen.head(count)[names].to_numpy(object)]


def cell_text(cell: Any) -> str:
    """A cell as it is shown; whole numbers without a fraction, missing ones empty."""
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


def periods(name: str) -> Any:
    """A column of dates cut to the day, the month or less, so that a readable number of periods is left."""
    dates = pd.to_datetime(table[name], errors="coerce", format="mixed", utc=True)
    days = (dates.max() - dates.min()).days if dates.notna().any() else 0
    form = "%Y-%m-%d" if days <= 45 else "%Y-%m" if days <= 1100 else "%Y"
    return dates.dt.strftime(form).astype(object)


def change() -> None:
    """The last group's first measure minus the first group's."""
    values = [group["values"][0] for group in answer["groups"] if group["values"][0] is not None]
    if len(values) > 1:
        answer["change"] = plain(values[-1] - values[0])
