"""The Python that REPLs run for a reading. Names and values of the table enter it as literals (repr) only."""

from collections.abc import Iterable

from replwright.llm.offline.helpers import helpers_for
from replwright.llm.offline.reading import NEAR_SHARE, Filter, Measure, Reading, Relative, Top
from replwright.llm.offline.table import Column, folded

MAX_GROUPS = 50
MAX_ROWS = 20
MAX_COLUMNS_SHOWN = 12


def aggregate(reading: Reading, grouping: tuple[Column, ...]) -> str:
    """Measures of the kept rows, overall or by columns."""
    measures = ", ".join(_measure(measure) for measure in reading.measures)
    lines = [*_kept(reading.filters), *_skipped(reading.measures), "", f"measures = [{measures}]"]
    if not grouping:
        return _program(reading.table.name, [*lines, "overall(measures)"])
    in_order = not reading.top and (reading.in_order or _is_ordered(grouping[0]))
    top = reading.top or Top(MAX_GROUPS, highest=True)
    lines += _keys(grouping, reading.in_order)
    lines += [f"grouped(keys, measures, {'key' if in_order else 'measure'!r}, {top.highest}, {top.count})"]
    if reading.compares and len(reading.measures) == 1:
        lines += ["difference()"]
    if reading.in_order and len(reading.measures) == 1:
        lines += ["change()"]
    return _program(reading.table.name, lines)


def reference(table: str, relative: Relative) -> str:
    """One number, which the next task reads from this one's value."""
    lines = [*_kept(relative.filters), *_skipped([relative.reference]), ""]
    lines += [f"overall([{_measure(relative.reference)}])", '[answer["number"]] = answer.pop("groups")[0]["values"]']
    lines += ['if answer["number"] is None:', '    raise ValueError("no numbers are left to compute it from")']
    return _program(table, lines, last='answer["number"]')


def relative_rows(reading: Reading, relative: Relative, task_id: str) -> str:
    """Rows near, above or below a number of an earlier task."""
    lines = [*_kept(reading.filters), "", f"reference = float(results[{task_id!r}].value)"]
    column = f"numbers({relative.column.name!r})"
    lines += [f"left_out({relative.column.name!r}, kept)"]
    if relative.operator == "near":
        lines += [f"kept = kept & (({column} - reference).abs() <= {NEAR_SHARE} * abs(reference))"]
    else:
        lines += [f"kept = kept & ({column} {relative.operator} reference)"]
    lines += ['answer["reference"] = reference', *_cells(reading, None)]
    return _program(reading.table.name, lines)


def rows(reading: Reading) -> str:
    """The rows that are kept, or the top ones of them."""
    lines = _kept(reading.filters)
    if reading.top and reading.top.key:
        lines += [f"left_out({reading.top.key.name!r}, kept)"]
    return _program(reading.table.name, [*lines, *_cells(reading, reading.top)])


def distribution(reading: Reading) -> str:
    """Quantiles and bins of a column of numbers; the counts of a text column's values."""
    [column] = reading.columns
    lines = [*_kept(reading.filters), ""]
    if column.kind != "number":
        lines += [*_keys((column,)), f"grouped(keys, [(None, 'count')], 'measure', True, {MAX_GROUPS})"]
    else:
        lines += [f"left_out({column.name!r}, kept)", f"spread(numbers({column.name!r})[kept])"]
    return _program(reading.table.name, lines)


def correlation(reading: Reading) -> str:
    """Pearson's coefficient over the rows where both columns hold numbers."""
    first, second = (f"numbers({column.name!r})" for column in reading.columns)
    lines = [*_kept(reading.filters), *(f"left_out({column.name!r}, kept)" for column in reading.columns), ""]
    return _program(reading.table.name, [*lines, f"correlate({first}, {second})"])


def _program(table: str, lines: list[str], last: str = "answer") -> str:
    body = "\n".join(lines)
    head = ["import json", "", "import pandas as pd", "", f"table = inputs_df[{table!r}]", "answer = {}"]
    return "\n".join([*head, "", helpers_for(body), "", body, "", "print(json.dumps(answer))", last])


def _kept(filters: tuple[Filter, ...]) -> list[str]:
    lines = ["kept = pd.Series(True, index=table.index)"]
    for condition in filters:
        if condition.numbers:
            lines += [f"left_out({condition.column.name!r}, kept)"]
        lines += [f"kept = kept & {_condition(condition)}"]
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


def _keys(grouping: tuple[Column, ...], in_order: bool = False) -> list[str]:
    keys = [f"{_key(column, in_order)}({column.name!r})" for column in grouping]
    known = " & ".join(f"keys[{at}].notna()" for at in range(len(keys)))
    return [
        f"keys = [{', '.join(keys)}]",
        f"known = {known}",
        'answer["without_group"] = int((kept & ~known).sum())',
        "kept = kept & known",
    ]


def _key(column: Column, in_order: bool) -> str:
    if column.kind == "date" and in_order:
        return "periods"
    return "numbers" if column.kind == "number" and _is_ordered(column) else "labels"


def _is_ordered(column: Column) -> bool:
    return column.kind != "text" and not column.as_text


def _measure(measure: Measure) -> str:
    if measure.column is None:
        return "(None, 'count')"
    name = measure.column.name
    if measure.function == "distinct":
        return f"(folded({name!r}), 'nunique')"
    return f"({'numbers' if measure.column.kind == 'number' else 'folded'}({name!r}), {measure.function!r})"


def _skipped(measures: Iterable[Measure]) -> list[str]:
    columns = [measure.column for measure in measures if measure.function != "distinct"]
    names = dict.fromkeys(column.name for column in columns if column and column.kind == "number")
    return [f"left_out({name!r}, kept)" for name in names]


def _cells(reading: Reading, top: Top | None) -> list[str]:
    names = [column.name for column in reading.table.columns][:MAX_COLUMNS_SHOWN]
    if top and top.key:
        return [f"listed(kept, {names!r}, {top.count}, numbers({top.key.name!r}), {top.highest})"]
    count = 0 if reading.measures else MAX_ROWS
    return [f"listed(kept, {names!r}, {count})"]
