"""The functions that the generated code is built from. They run inside the REPL; only those needed are sent."""

import re

_HELPERS: dict[str, str] = {
    "blank": '''
def blank(name):
    """Where the column has no value: missing cells, and text of spaces only."""
    cells = table[name]
    return (cells.isna() | (cells.astype("string").str.strip() == "").fillna(True)).astype(bool)
''',
    "numbers": '''
def numbers(name):
    """The column as numbers: currency signs and thousands commas come off; what is no number becomes NaN."""
    cells = table[name]
    if pd.api.types.is_numeric_dtype(cells.dtype):
        found = cells.astype("float64")
    else:
        cells = cells.astype("string").str.strip()
        form = r"[-+]?[$\\u20ac\\u00a3\\u00a5]?\\s?[-+]?(\\d{1,3}(,\\d{3})+|\\d+)?(\\.\\d*)?([eE][-+]?\\d{1,3})?\\s?[$\\u20ac\\u00a3\\u00a5]?"
        plain = cells.where(cells.str.fullmatch(form).fillna(False).astype(bool))
        plain = plain.str.replace(r"[$\\u20ac\\u00a3\\u00a5,\\s]", "", regex=True)
        found = pd.to_numeric(plain, errors="coerce").astype("float64")
    return found.where(found.abs() != float("inf"))
''',
    "folded": '''
def folded(name):
    """The column as comparable text: case and spare spaces do not count."""
    cells = table[name].astype("string").str.split().str.join(" ")
    return cells.where(~blank(name)).map(lambda cell: cell.casefold(), na_action="ignore").astype(object)
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
    "number_labels": '''
def number_labels(name):
    """The column's numbers as group keys."""
    return numbers(name)
''',
    "duplicates": '''
def duplicates():
    """How many rows repeat an earlier one exactly."""
    try:
        return int(table.duplicated().sum())
    except TypeError:
        return int(table.astype("string").duplicated().sum())
''',
    "count_rows": '''
def count_rows(rows):
    return int(rows.sum())
''',
    "distinct_of": '''
def distinct_of(name):
    """How many different values the column has."""
    values = folded(name)
    return lambda rows: int(values[rows].nunique())
''',
    "known_of": '''
def known_of(name):
    """How many rows have a value in the column."""
    known = ~blank(name)
    return lambda rows: int((rows & known).sum())
''',
    "of_numbers": '''
def of_numbers(name, function):
    """`function` over the column's numbers; None where there are none."""
    values = numbers(name)

    def measure(rows):
        chosen = values[rows].dropna()
        if function == "count":
            return int(chosen.count())
        return plain(chosen.agg(function)) if len(chosen) else None

    return measure
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
    answer.setdefault("left_out", {})[name] = {"missing": int(missing.sum()), "unreadable": int(unread.sum())}
''',
    "grouped": '''
def grouped(keys, measures, order, highest, count):
    """The measures of every group of kept rows, the first `count` of them, by the first measure or by key."""
    groups = []
    frame = pd.DataFrame(dict(enumerate(keys)))[kept]
    for key, index in frame.groupby(list(frame.columns), sort=True).groups.items():
        rows = pd.Series(False, index=table.index)
        rows[index] = True
        key = key if isinstance(key, tuple) else (key,)
        shown = [plain(part) if isinstance(part, float) else str(part)[:100] for part in key]
        groups.append({"key": shown, "rows": len(index), "values": [measure(rows) for measure in measures]})
    if order == "measure":
        ranked = [group for group in groups if group["values"][0] is not None]
        ranked.sort(key=lambda group: group["values"][0], reverse=highest)
        groups = ranked + [group for group in groups if group["values"][0] is None]
    answer["group_count"] = len(groups)
    answer["groups"] = groups[:count]
''',
    "listed": '''
def listed(rows, names, count, key=None, highest=True):
    """The first `count` kept rows, in the order of the table or of a key."""
    chosen = table[rows]
    if key is not None:
        chosen = table.loc[key[rows].dropna().sort_values(ascending=not highest, kind="stable").index]
    answer["matching"] = len(chosen)
    answer["columns"] = [name[:60] for name in names]
    shown = chosen.head(count)[names].astype("string").fillna("").to_numpy().tolist()
    answer["listing"] = [[cell[:60] for cell in row] for row in shown]
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
