"""The Python that REPLs run for a reading. Names and values of the table enter it as literals (repr) only."""

from replwright.llm.offline.helpers import helpers_for
from replwright.llm.offline.reading import NEAR_SHARE, Filter, Measure, Reading, Relative, Top
from replwright.llm.offline.table import Column, folded

MAX_GROUPS = 50
MAX_ROWS = 20


def aggregate(reading: Reading, grouping: tuple[Column, ...]) -> str:
    """Measures of the kept rows, overall or by columns."""
    lines = [*_kept(reading.filters), ""]
    keys = [f"keys[{i}] = {_key(column)}" for i, column in enumerate(grouping)]
    if grouping:
        lines += ["keys = {}", *keys, "complete = kept", "for key in keys.values():", "    complete = complete & key.notna()"]
        lines += ['answer["without_group"] = int((kept & ~complete).sum())', "kept = complete"]
    lines += [f"measures = [{', '.join(_measure(measure) for measure in reading.measures)}]"]
    lines += [*_skipped(measure.column for measure in reading.measures)]
    if grouping:
        order = "keys" if not reading.top and (reading.in_order or grouping[0].kind != "text") else "measure"
        count = reading.top.count if reading.top else MAX_GROUPS
        highest = reading.top.highest if reading.top else True
        lines += [f"grouped(list(keys.values()), measures, {order!r}, {highest}, {count})"]
    else:
        lines += ['answer["groups"] = [{"key": [], "rows": int(kept.sum()), "values": [f(kept) for f in measures]}]']
    return _program(reading.table.name, lines)


def reference(table: str, relative: Relative) -> str:
    """One number, which the next task reads from this one's value."""
    lines = [*_kept(relative.filters), "", f"measure = {_measure(relative.reference)}"]
    lines += [*_skipped([relative.reference.column]), 'answer["number"] = measure(kept)']
    return _program(table, lines, last='answer["number"]')


def relative_rows(reading: Reading, relative: Relative, task_id: str) -> str:
    """Rows near, above or below a number of an earlier task."""
    lines = [*_kept(reading.filters), "", f"reference = float(results[{task_id!r}].value)"]
    column = f"numbers({relative.column.name!r})"
    if relative.operator == "near":
        lines += [f"kept = kept & (({column} - reference).abs() <= {NEAR_SHARE} * abs(reference))"]
    else:
        lines += [f"kept = kept & ({column} {relative.operator} reference)"]
    lines += [*_skipped([relative.column]), 'answer["reference"] = reference', *_listing(reading, None)]
    return _program(reading.table.name, lines)


def rows(reading: Reading) -> str:
    """The rows that are kept, or the top ones of them."""
    lines = _kept(reading.filters)
    if reading.top and reading.top.key:
        lines += ["", *_skipped([reading.top.key])]
    return _program(reading.table.name, [*lines, *_listing(reading, reading.top)])


def distribution(reading: Reading) -> str:
    """Quantiles and bins of a column of numbers; the counts of a text column's values."""
    [column] = reading.columns
    lines = [*_kept(reading.filters), ""]
    if column.kind != "number":
        lines += [f"keys = {{0: {_key(column)}}}", "known = kept & keys[0].notna()"]
        lines += ['answer["without_group"] = int((kept & ~known).sum())', "kept = known"]
        lines += [f"grouped([keys[0]], [count_rows], 'measure', True, {MAX_GROUPS})"]
    else:
        lines += [*_skipped([column]), f"spread(numbers({column.name!r})[kept])"]
    return _program(reading.table.name, lines)


def correlation(reading: Reading) -> str:
    """Pearson's coefficient over the rows where both columns hold numbers."""
    first, second = (f"numbers({column.name!r})" for column in reading.columns)
    lines = [*_kept(reading.filters), "", *_skipped(reading.columns)]
    return _program(reading.table.name, [*lines, f"correlate({first}, {second})"])


def _program(table: str, lines: list[str], last: str = "answer") -> str:
    body = "\n".join(lines)
    head = ["import json", "", "import pandas as pd", "", f"table = inputs_df[{table!r}]", "answer = {}"]
    return "\n".join([*head, "", helpers_for(body), "", body, "", "print(json.dumps(answer))", last])


def _kept(filters: tuple[Filter, ...]) -> list[str]:
    lines = ["kept = pd.Series(True, index=table.index)"]
    lines += [f"kept = kept & {_condition(condition)}" for condition in filters]
    return [*lines, 'answer["rows"] = int(kept.sum())', 'answer["duplicates"] = duplicates()']


def _condition(condition: Filter) -> str:
    column = condition.column.name
    match condition.operator:
        case "in":
            # A missing value is neither this nor that: "not X" leaves it out too.
            wanted = [folded(value) for value in condition.values]
            text = f"folded({column!r}).isin({wanted!r})"
            return f"(~{text} & ~blank({column!r}))" if condition.negated else text
        case "missing":
            text = f"blank({column!r})"
        case "between":
            low, high = condition.numbers
            text = f"numbers({column!r}).between({low!r}, {high!r})"
        case "near":
            [middle] = condition.numbers
            text = f"((numbers({column!r}) - {middle!r}).abs() <= {NEAR_SHARE} * abs({middle!r}))"
        case operator:
            text = f"(numbers({column!r}) {operator} {condition.numbers[0]!r})"
    if condition.negated and condition.operator != "missing":
        return f"(~{text} & numbers({column!r}).notna())"
    return f"~{text}" if condition.negated else text


def _key(column: Column) -> str:
    return f"{'number_labels' if column.kind == 'number' else 'labels'}({column.name!r})"


def _measure(measure: Measure) -> str:
    if measure.column is None:
        return "count_rows"
    if measure.function == "distinct":
        return f"distinct_of({measure.column.name!r})"
    if measure.column.kind != "number":
        return f"known_of({measure.column.name!r})"
    return f"of_numbers({measure.column.name!r}, {measure.function!r})"


def _skipped(columns: object) -> list[str]:
    names = dict.fromkeys(column.name for column in columns if column is not None)  # type: ignore[attr-defined]
    return [f"left_out({name!r}, kept)" for name in names]


def _listing(reading: Reading, top: Top | None) -> list[str]:
    names = [column.name for column in reading.table.columns][:MAX_COLUMNS_SHOWN]
    if top and top.key:
        return [f"listed(kept, {names!r}, {top.count}, numbers({top.key.name!r}), {top.highest})"]
    count = 0 if reading.measures else MAX_ROWS
    return [f"listed(kept, {names!r}, {count})"]


MAX_COLUMNS_SHOWN = 12
