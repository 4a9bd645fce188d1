"""The Python that REPLs run for a reading. Names and values of the table enter it as literals (repr) only."""

from collections.abc import Iterable

from replwright.llm.offline.helpers import helpers_for
from replwright.llm.offline.reading import NEAR_SHARE, Filter, Measure, Reading, Relative, Top
from replwright.llm.offline.table import Column, Table, folded

MAX_GROUPS = 50
MAX_ROWS = 20
MAX_COLUMNS_SHOWN = 12


def aggregate(reading: Reading, grouping: tuple[Column, ...]) -> str:
    """Measures of the kept rows, overall or by columns."""
    measures = ", ".join(_measure(measure) for measure in reading.measures)
    lines = [*_kept(reading.filters), *_skipped(reading.measures), "", f"measures = [{measures}]"]
    if not grouping:
        return _program(reading.table, [*lines, "overall(measures)"])
    in_order = not reading.top and (reading.in_order or _is_ordered(grouping[0]))
    top = reading.top or Top(MAX_GROUPS, highest=True)
    lines += _keys(grouping, reading.in_order)
    lines += [f"grouped(keys, measures, {'key' if in_order else 'measure'!r}, {top.highest}, {top.count})"]
    if reading.compares and len(reading.measures) == 1:
        lines += ["difference()"]
    if reading.in_order and len(reading.measures) == 1:
        lines += ["change()"]
    return _program(reading.table, lines)


def reference(table: Table, relative: Relative) -> str:
    """One number, which the next task reads from this one's value."""
    lines = [*_kept(relative.filters), *_skipped([relative.reference]), ""]
    lines += [f"overall([{_measure(relative.reference)}])", '[answer["number"]] = answer.pop("groups")[0]["values"]']
    lines += ['if answer["number"] is None:', '    raise ValueError("no numbers are left to compute it from")']
    return _program(table, lines, last='answer["number"]')


def relative_rows(reading: Reading, relative: Relative, task_id: str) -> str:
    """Rows near, above or below a number of an earlier task."""
    lines = [*_kept(reading.filters), "", f"reference = float(results[{task_id!r}].value)"]
    column = f"numbers({relative.column.key!r})"
    lines += _skipped([Measure("mean", relative.column)])
    if relative.operator == "near":
        lines += [f"kept = kept & (({column} - reference).abs() <= {NEAR_SHARE} * abs(reference))"]
    else:
        lines += [f"kept = kept & ({column} {relative.operator} reference)"]
    lines += ['answer["reference"] = reference', *_cells(reading, None)]
    return _program(reading.table, lines)


def rows(reading: Reading) -> str:
    """The rows that are kept, or the top ones of them."""
    lines = _kept(reading.filters)
    if reading.top and reading.top.key:
        lines += _skipped([Measure("max", reading.top.key)])
    return _program(reading.table, [*lines, *_cells(reading, reading.top)])


def distribution(reading: Reading) -> str:
    """Quantiles and bins of a column of numbers; the counts of a text column's values."""
    [column] = reading.columns
    lines = [*_kept(reading.filters), ""]
    if column.kind != "number":
        lines += [*_keys((column,)), f"grouped(keys, [(None, 'count')], 'measure', True, {MAX_GROUPS})"]
    else:
        lines += [*_skipped([Measure("mean", column)]), f"spread(numbers({column.key!r})[kept])"]
    return _program(reading.table, lines)


def correlation(reading: Reading) -> str:
    """Pearson's coefficient over the rows where both columns hold numbers."""
    first, second = (f"numbers({column.key!r})" for column in reading.columns)
    lines = [*_kept(reading.filters), *_skipped([Measure("mean", c) for c in reading.columns]), ""]
    return _program(reading.table, [*lines, f"correlate({first}, {second})"])


def share(reading: Reading, grouping: tuple[Column, ...]) -> str:
    """Which part of the kept rows passes the condition; by columns, of each group, or without one of all."""
    lines = [*_kept(reading.filters), *_read(reading.condition)]
    lines += [
        f"passing = kept & {' & '.join(map(_condition, reading.condition))}" if reading.condition else "passing = kept"
    ]
    if not grouping:
        return _program(reading.table, [*lines, "shares([], passing, kept)"])
    lines += [*_keys(grouping), f"shares(keys, passing, kept, {not reading.condition}, {MAX_GROUPS})"]
    return _program(reading.table, lines)


def _program(table: Table, lines: list[str], last: str = "answer") -> str:
    body = "\n".join(lines)
    helpers = helpers_for(body)
    imports = [f"import {name}" for name in ("json", "warnings") if f"{name}." in helpers or name == "json"]
    head = [*imports, "", "import pandas as pd", "", f"table = inputs_df[{table.name!r}]"]
    named = {column.key: column.position for column in table.columns if repr(column.key) in body}
    head += [f"positions = {named!r}", "answer = {}"]
    return "\n".join([*head, "", helpers, "", body, "", "print(json.dumps(answer))", last])


def _kept(filters: tuple[Filter, ...]) -> list[str]:
    lines = ["kept = pd.Series(True, index=table.index)"]
    for condition in filters:
        lines += [*_read([condition]), f"kept = kept & {_condition(condition)}"]
    return [*lines, 'answer["rows"] = int(kept.sum())', 'answer["duplicates"] = duplicates()']


def _read(filters: Iterable[Filter]) -> list[str]:
    """Count what has no readable value in the columns of conditions on numbers and dates."""
    return [
        f"left_out({one.column.key!r}, kept, {'dates' if one.column.kind == 'date' else 'numbers'})"
        for one in filters
        if one.numbers or one.operator == "dated"
    ]


def _condition(condition: Filter) -> str:
    column = condition.column.key
    match condition.operator:
        case "in":
            # A missing value is neither this nor that: "not X" leaves it out too.
            wanted = [folded(value) for value in condition.values]
            text = f"folded({column!r}).isin({wanted!r})"
            return f"(~{text} & ~blank({column!r}))" if condition.negated else text
        case "missing":
            text = f"blank({column!r})"
        case "one of":
            text = f"numbers({column!r}).isin({list(condition.numbers)!r})"
        case "month":
            text = f"(dates({column!r}).dt.month == {int(condition.numbers[0])})"
        case "dated":
            first, after = condition.values
            ends = [
                f"(dates({column!r}) >= {first!r})" if first else "",
                f"(dates({column!r}) < {after!r})" if after else "",
            ]
            text = f"({' & '.join(end for end in ends if end)})"
        case "between":
            low, high = condition.numbers
            text = f"numbers({column!r}).between({low!r}, {high!r})"
        case "near":
            [middle] = condition.numbers
            text = f"((numbers({column!r}) - {middle!r}).abs() <= {NEAR_SHARE} * abs({middle!r}))"
        case operator:
            text = f"(numbers({column!r}) {operator} {condition.numbers[0]!r})"
    if condition.negated and condition.operator != "missing":
        return f"(~{text} & {'dates' if condition.column.kind == 'date' else 'numbers'}({column!r}).notna())"
    return f"~{text}" if condition.negated else text


def _keys(grouping: tuple[Column, ...], in_order: bool = False) -> list[str]:
    keys = [_key(column, in_order) for column in grouping]
    known = " & ".join(f"keys[{at}].notna()" for at in range(len(keys)))
    return [
        *(f"left_out({column.key!r}, kept, dates)" for column in grouping if column.kind == "date"),
        f"keys = [{', '.join(keys)}]",
        f"known = {known}",
        'answer["without_group"] = int((kept & ~known).sum())',
        "kept = kept & known",
    ]


def _key(column: Column, in_order: bool) -> str:
    if column.kind == "date":
        return f"periods({column.key!r}, {(column.period or ('' if in_order else 'daily'))!r})"
    return f"{'numbers' if _is_ordered(column) and column.kind == 'number' else 'labels'}({column.key!r})"


def _is_ordered(column: Column) -> bool:
    return column.kind != "text" and not column.as_text


def _measure(measure: Measure) -> str:
    if measure.column is None:
        return "(None, 'count')"
    name = measure.column.key
    if measure.function == "distinct":
        return f"(folded({name!r}), 'nunique')"
    read = {"number": "numbers", "date": "dates", "text": "folded"}[measure.column.kind]
    return f"({read}({name!r}), {measure.function!r})"


def _skipped(measures: Iterable[Measure]) -> list[str]:
    columns = [measure.column for measure in measures if measure.function != "distinct"]
    read = {"number": "numbers", "date": "dates"}
    found = {column.key: read[column.kind] for column in columns if column and column.kind in read}
    return [f"left_out({name!r}, kept, {how})" for name, how in found.items()]


def _cells(reading: Reading, top: Top | None) -> list[str]:
    shown = reading.columns or reading.table.columns[:MAX_COLUMNS_SHOWN]
    if top and top.key and top.key not in shown:
        shown = (*shown[: MAX_COLUMNS_SHOWN - 1], top.key)
    at = [column.position for column in shown]
    if top and top.key:
        key = f"{'dates' if top.key.kind == 'date' else 'numbers'}({top.key.key!r})"
        return [f"listed(kept, {at!r}, {top.count}, {key}, {top.highest})"]
    count = 0 if reading.measures else MAX_ROWS
    return [f"listed(kept, {at!r}, {count})"]
