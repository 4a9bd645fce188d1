"""The functions that the generated code is built from. They run inside the REPL; only those needed are sent."""

import re

_HELPERS: dict[str, str] = {
    "blank": '''
def blank(name):
    """Where the column has no value: missing cells, and text of spaces only."""
    cells = table[name]
    return (cells.isna() | (cells.astype("string").str.strip() == "").fillna(True)).astype(bool)
''',
    "numbers": """
def numbers(name):
    \"\"\"The column as numbers. Text is one when it is digits with thousands marks, with a sign or in parentheses, and
    with the currency or unit that the column's cells mostly have, if any; all other text becomes NaN.\"\"\"
    cells = table[name]
    if pd.api.types.is_numeric_dtype(cells.dtype):
        found = cells.astype("float64")
    else:
        parts = cells.astype("string").astype(object).str.strip().str.extract(NUMBER)
        marks = (parts["before"].fillna("") + parts["after"].fillna("")).str.casefold().where(parts["digits"].notna())
        counts = marks[marks != ""].value_counts()
        usual = min(counts.index[counts == counts.max()]) if len(counts) else ""
        fits = marks.isin(["", usual]) & ~marks.isin(["k", "m", "b", "mn", "bn"])
        digits = parts["digits"].where(fits.astype(bool)).str.replace(r"[,' \\u00a0]", "", regex=True)
        found = pd.to_numeric(digits, errors="coerce").astype("float64")
        negative = (parts["sign"].eq("-") | parts["inner"].eq("-") | parts["open"].eq("(")).fillna(False)
        found = found.where(~negative.astype(bool), -found)
    return found.where(found.abs() != float("inf"))
""",
    "NUMBER": """
NUMBER = (
    r"^(?P<open>\\()?(?P<sign>[-+])?\\s*(?P<before>[$€£¥]|[A-Z]{2,3}\\$?)?\\s*(?P<inner>[-+])?"
    r"(?P<digits>(?:\\d{1,3}(?:,\\d{3})+|\\d{1,3}(?:[\\s']\\d{3})+|\\d+)(?:\\.\\d*)?(?:[eE][-+]?\\d{1,3})?|\\.\\d+)"
    r"\\s*(?P<after>[A-Za-z%€£$¥²³/]{0,6})\\)?$"
)
''',
    "labels": '''
def labels(name):
    """The column as labels: spellings that differ in case or spaces only are one, shown as most often written."""
    cells = table[name].astype("string").str.split().str.join(" ").astype(object)
    shown = {}
    pairs = pd.DataFrame({"key": folded(name), "cell": cells}).dropna().value_counts(sort=False)
    for (key, cell), count in pairs.items():
        shown[key] = min(shown.get(key, (0, cell)), (-int(count), cell))
    return folded(name).map(lambda key: shown[key][1], na_action="ignore")
''',
    "duplicates": '''
def duplicates():
    """How many rows repeat an earlier one exactly."""
    try:
        return int(table.duplicated().sum())
    except TypeError:
        return int(table.astype("string").duplicated().sum())
''',
    "plain": '''
def plain(number):
    """A JSON number: whole ones without a fraction, None for what is none."""
    number = float(number)
    if number != number or abs(number) == float("inf"):
        return None
    return int(number) if number == int(number) and abs(number) < 2**53 else number
''',
    "left_out": '''
def left_out(name, rows):
    """Count the rows that have no value in the column, and those whose value is no number."""
    missing, unread = rows & blank(name), rows & ~blank(name) & numbers(name).isna()
    counts = {"missing": int(missing.sum()), "unreadable": int(unread.sum())}
    answer.setdefault("left_out", {}).setdefault(name, counts)
''',
    "overall": '''
def overall(measures):
    """Each (column, function) over the kept rows; without a column the rows are counted."""
    values = []
    for column, function in measures:
        chosen = kept[kept] if column is None else column[kept].dropna()
        counts = function in ("count", "nunique")
        values.append(plain(chosen.agg(function)) if counts or len(chosen) else None)
    answer["groups"] = [{"key": [], "rows": int(kept.sum()), "values": values}]
''',
    "grouped": '''
def grouped(keys, measures, order, highest, count):
    """Each (column, function) by group of kept rows; the first `count` groups, by the first measure or by key."""
    by = [key[kept] for key in keys]
    sizes = kept[kept].groupby(by).size()
    found = []
    for column, function in measures:
        chosen = (kept if column is None else column)[kept].groupby(by)
        found.append(chosen.sum(min_count=1) if function == "sum" else chosen.agg(function))
    groups = []
    for at, key in enumerate(sizes.index):
        key = key if isinstance(key, tuple) else (key,)
        shown = [plain(part) if isinstance(part, float) else str(part)[:100] for part in key]
        values = [plain(series.iloc[at]) for series in found]
        groups.append({"key": shown, "rows": int(sizes.iloc[at]), "values": values})
    if order == "measure":
        ranked = [group for group in groups if group["values"][0] is not None]
        ranked.sort(key=lambda group: group["values"][0], reverse=highest)
        groups = ranked + [group for group in groups if group["values"][0] is None]
    answer["group_count"] = len(groups)
    answer["groups"] = groups[:count]
''',
    "difference": '''
def difference():
    """The first group's first measure minus the second's, where there are two."""
    values = [group["values"][0] for group in answer["groups"]]
    if len(values) == 2 and None not in values:
        answer["difference"] = plain(values[0] - values[1])
''',
    "listed": '''
def listed(rows, names, count, key=None, highest=True):
    """The first `count` kept rows, in the order of the table or of a key."""
    chosen = table[rows]
    if key is not None:
        chosen = table.loc[key[rows].dropna().sort_values(ascending=not highest, kind="stable").index]
    answer["matching"] = len(chosen)
    answer["columns"] = [name[:60] for name in names]
    answer["listing"] = [[cell_text(cell) for cell in row] for row in chosen.head(count)[names].to_numpy(object)]
''',
    "cell_text": '''
def cell_text(cell):
    """A cell as it is shown; whole numbers without a fraction, missing ones empty."""
    if isinstance(cell, float):
        cell = "" if plain(cell) is None else plain(cell)
    return "" if cell is None or cell is pd.NA or cell is pd.NaT else str(cell)[:60]
''',
    "spread": '''
def spread(values):
    """Quantiles and ten equal bins of the numbers."""
    values = values.dropna()
    answer["numbers"] = len(values)
    if len(values):
        points = {"min": 0, "5%": 0.05, "25%": 0.25, "median": 0.5, "75%": 0.75, "95%": 0.95, "max": 1}
        answer["quantiles"] = {name: plain(values.quantile(share)) for name, share in points.items()}
        bins = pd.cut(values, 10).value_counts(sort=False) if values.nunique() > 1 else {}
        answer["bins"] = [[plain(bin.left), plain(bin.right), int(count)] for bin, count in bins.items()]
''',
    "correlate": '''
def correlate(first, second):
    """Pearson's coefficient over kept rows where both are numbers."""
    both = pd.DataFrame({"first": first, "second": second})[kept].dropna()
    answer["pairs"] = len(both)
    varied = len(both) > 1 and both["first"].nunique() > 1 and both["second"].nunique() > 1
    answer["coefficient"] = plain(both["first"].corr(both["second"])) if varied else None
''',
}


def helpers_for(body: str) -> str:
    """The source of every helper that `body` uses, and of those that they use."""
    needed: set[str] = set()
    waiting = [body]
    while waiting:
        text = waiting.pop()
        for name in _HELPERS:
            if name not in needed and re.search(rf"\b{name}\b", text):
                needed.add(name)
                waiting.append(_HELPERS[name])
    return "\n\n".join(source.strip("\n") for name, source in _HELPERS.items() if name in needed) + "\n"
