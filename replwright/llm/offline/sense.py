"""What the parts of a clause mean together: readings of the question, or a refusal. Every part must have its place."""

from collections.abc import Sequence
from dataclasses import replace

from replwright.llm.offline.amounts import months
from replwright.llm.offline.bag import Bag
from replwright.llm.offline.lexicon import Role
from replwright.llm.offline.parts import Bare, Beside, By, Extreme, Head, Kept, Mark, Measured, Part, Rows, Share, Some
from replwright.llm.offline.ranking import ranked
from replwright.llm.offline.reading import SUMMARY, Filter, Measure, Reading, Relative
from replwright.llm.offline.refused import Refused
from replwright.llm.offline.table import Column, Table

_OF_NUMBERS = ("mean", "median", "sum")


def readings_of(parts: Sequence[Part], table: Table) -> list[Reading]:
    """The readings of one clause. Raises Refused."""
    bag = Bag(parts)
    if bag.mark(Role.OR):
        raise Refused("`or` joins only values or numbers of one column", weight=3)
    _unclear(parts)
    kept = bag.every(Kept)
    inner = [one for part in parts if isinstance(part, Measured | Extreme) for one in part.filters]
    filters = consistent([*(one for part in kept for one in part.filters), *inner])
    if share := bag.one(Share):
        return [_share(bag, table, share, filters)]
    if beside := bag.one(Beside):
        return [_relative(bag, table, beside, filters, None)]
    if bag.holds_mark(Role.DISTRIBUTION, Role.QUANTILES):
        return [_distribution(bag, table, filters)]
    if bag.mark(Role.CORRELATION):
        return [_correlation(bag, table, filters)]
    if bag.holds(Head, Some, Extreme):
        return ranked(bag, table, filters)
    return [_aggregate(bag, table, kept, filters)]


def second_step(parts: Sequence[Part], table: Table, first: Reading) -> Reading:
    """The rows near, above or below the number that the first clause found. Raises Refused."""
    if first.kind != "aggregate" or first.groupings != ((),) or len(first.measures) != 1 or first.top:
        raise Refused("the first of two steps must be one number, such as the mean of a column", weight=3)
    bag = Bag(parts)
    filters = consistent([one for part in bag.every(Kept) for one in part.filters])
    beside = bag.one(Beside)
    if beside is None:
        raise Refused("the second step must ask for rows near, above or below the first one's number", weight=2)
    return _relative(bag, table, beside, filters, first)


def consistent(filters: Sequence[Filter]) -> tuple[Filter, ...]:
    """The conditions, each once. Raises Refused where two can never both hold, or one says nothing."""
    found = _in_one(tuple(dict.fromkeys(filters)))
    for at, one in enumerate(found):
        others = [other for other in found[:at] + found[at + 1 :] if other.column == one.column]
        if one.operator == "missing" and others:
            raise Refused(f"two conditions on {one.column.name!r} make one needless")
        if _is_one(one) and any(_is_one(each) or (each.operator == "in" and each.negated) for each in others):
            raise Refused(f"no row has two values of {one.column.name!r}: join them by `or`", weight=2)
    return found


def _in_one(filters: tuple[Filter, ...]) -> tuple[Filter, ...]:
    """ "in March" and "of 2020" on one column say the same as "in March 2020"."""
    for month in filters:
        for whole in filters if month.operator == "month" and not month.negated else ():
            if whole.operator == "dated" and whole.numbers and whole.column == month.column and not whole.negated:
                span = months(int(whole.numbers[0]), int(month.numbers[0]))
                one = Filter(month.column, "dated", values=(span.first.isoformat(), span.after.isoformat()))
                return tuple(one if each == month else each for each in filters if each != whole)
    return filters


def _is_one(condition: Filter) -> bool:
    """Whether it says what the column is, so that no other condition of the kind can hold too."""
    return (condition.operator in ("in", "==") or bool(condition.operator == "dated" and condition.numbers)) and (
        not condition.negated
    )


def _unclear(parts: Sequence[Part]) -> None:
    """ "not A and B" with values of different columns: whether B is meant or denied nobody knows. Raises Refused."""
    for first, word, second in zip(parts, parts[1:], parts[2:], strict=False):
        if isinstance(first, Kept) and isinstance(second, Kept) and word == Mark(Role.AND):
            denied, said = first.filters[-1], second.filters[0]
            if denied.operator == said.operator == "in" and denied.negated and not (said.negated or denied.column.yes):
                raise Refused("does the negation go for both? say `not` before each, or put the other first", weight=3)


def _share(bag: Bag, table: Table, share: Share, filters: tuple[Filter, ...]) -> Reading:
    groupings = bag.groupings()
    bag.every(Rows)
    bag.empty()
    if not share.base and filters and len(share.condition) == 1:
        raise Refused("share of which rows? say: what share of the rows that ... are ...", weight=3)
    if not share.base and len(share.condition) > 1:
        raise Refused("say first of which rows, then what they are: what share of the A rows are B?", weight=3)
    if not share.condition and filters:
        raise Refused("share of which rows? say: what share of the rows that ... are ...", weight=2)
    if not share.condition and groupings == ((),):
        raise Refused("share of what? say: what share of the rows are ..., or the share of rows by COLUMN", weight=2)
    kept = consistent([*share.base, *filters])
    return Reading(table, "share", groupings=groupings, filters=kept, condition=consistent(share.condition))


def _relative(bag: Bag, table: Table, beside: Beside, filters: tuple[Filter, ...], first: Reading | None) -> Reading:
    earlier = first.measures[0] if first else None
    own, named = beside.column, beside.reference
    if earlier and earlier.column and beside.function in ("", earlier.function) and named in (None, earlier.column):
        reference = earlier
    elif first is None and beside.function and (column := named or own):
        reference = Measure(beside.function, column)
    else:
        raise Refused("near, above or below which number? say for instance: above the mean COLUMN", weight=2)
    assert reference.column is not None
    counted = [part.measures for part in bag.every(Measured)]
    bag.mark(Role.LIST)
    bag.every(Rows)
    bag.empty()
    if counted not in ([], [(Measure("count"),)]):
        raise Refused("of the rows near, above or below a number I tell which or how many they are", weight=2)
    check(reference)
    relative = Relative(numeric(own or reference.column), beside.operator, reference, first.filters if first else ())
    return Reading(table, "relative", counted[0] if counted else (), filters=filters, relative=relative)


def _distribution(bag: Bag, table: Table, filters: tuple[Filter, ...]) -> Reading:
    groupings = bag.groupings()
    columns = [column for part in bag.every(Bare) for column in part.columns]
    rows = bag.every(Rows)
    in_parts = bag.mark(Role.QUANTILES)
    bag.mark(Role.LIST, Role.DESCRIBE, Role.DISTRIBUTION)
    bag.empty()
    if in_parts and columns:
        numeric(columns[0])
    if rows and not columns and not in_parts and groupings != ((),):
        return Reading(table, "aggregate", (Measure("count"),), groupings, filters)
    if len(columns) != 1 or groupings != ((),):
        raise Refused("a distribution is of one column: name it, and no other", weight=2)
    return Reading(table, "distribution", filters=filters, columns=tuple(columns))


def _correlation(bag: Bag, table: Table, filters: tuple[Filter, ...]) -> Reading:
    columns = [column for part in bag.every(Bare) for column in part.columns]
    bag.every(Rows)
    bag.mark(Role.LIST, Role.AND, Role.DESCRIBE)
    bag.empty()
    if len(columns) != 2:
        raise Refused("a correlation is between two columns of numbers: name both", weight=2)
    first, second = (numeric(column) for column in columns)
    if first == second:
        raise Refused("a correlation is between two columns of numbers: name both", weight=2)
    return Reading(table, "correlation", filters=filters, columns=(first, second))


def _aggregate(bag: Bag, table: Table, kept: Sequence[Kept], filters: tuple[Filter, ...]) -> Reading:
    in_order = bag.mark(Role.TREND)
    lists, described = bag.mark(Role.LIST), bag.mark(Role.DESCRIBE)
    differs = bag.mark(Role.DIFFERENCE)
    compares = bag.mark(Role.COMPARE) or differs or any(part.joined == "versus" for part in kept)
    groupings = bag.groupings()
    asked = bag.one(Measured)
    by = bag.one(By)
    named = bag.one(Bare)
    bare = named.columns if named else ()
    rows_come_first = asked is not None and asked.extreme and bag.before(Rows, asked)
    rows_before = named is not None and bag.before(Rows, named)
    rows = bool(bag.every(Rows))
    bag.empty()
    if rows_come_first:
        raise Refused("which row has the extreme, or what is it? ask for one of both")
    measures = asked.measures if asked else ()
    if asked and by:
        raise Refused("by what is to be compared is said twice")
    if measures:
        measured = {measure.column for measure in measures}
        bare = tuple(column for column in bare if column not in measured)
    if by:
        measures = (by.measure,)
        if not compares or len(bare) > 1 or (bare and groupings != ((),)):
            raise Refused("rank or compare what by it?", weight=2)
        groupings, bare = (((bare[0],),), ()) if bare else (groupings, ())
    if measures and bare:
        raise Refused(f"what is {bare[0].name!r} for in this question?")
    groupings, compared = _compared(kept, groupings, compares, bool(measures or bare))
    if differs and not compared:
        raise Refused("the difference between which values of one column?", weight=2)
    if in_order:
        groupings = _ordered(groupings, table)
    if not measures and not bare:
        return _rows(table, filters, groupings, rows or lists, described, in_order)
    if not measures and lists and groupings == ((),):
        return _shown(table, filters, bare)
    if not measures and groupings == ((),) and len(bare) == 1 and bare[0].kind == "text" and bare[0].yes is None:
        if any(one.column == bare[0] for one in filters) or rows_before:
            raise Refused("a column with a condition on itself: ask for the rows")
        return Reading(table, "distribution", filters=filters, columns=bare)
    if any(one.column in bare and one.operator in ("==", "one of") for one in filters):
        raise Refused("a column with a condition on itself: ask for the rows")
    for column in bare:
        if column.yes is not None and len(bare) == 1:
            raise Refused("rows where it is so, or their distribution?")
        if column.kind != "number":
            what = f"what of {column.name!r}? say for instance: how many different"
            raise Refused(what, weight=2)
    functions = ("mean",) if in_order or compared else SUMMARY
    measures = measures or tuple(Measure(function, column) for column in bare for function in functions)
    for measure in measures:
        check(measure)
    return Reading(table, "aggregate", measures, groupings, filters, compares=compared, in_order=in_order)


def _rows(
    table: Table, filters: tuple[Filter, ...], groupings: tuple[tuple[Column, ...], ...], asked: bool, described: bool,
    in_order: bool,
) -> Reading:  # fmt: skip
    if described:
        raise Refused("analyse which column? name it", weight=2)
    if not asked and (groupings != ((),) or not filters):
        raise Refused("compute what? name a column, or say that rows are to be counted", weight=2)
    if groupings != ((),):
        return Reading(table, "aggregate", (Measure("count"),), groupings, filters, in_order=in_order)
    return Reading(table, "rows", filters=filters)


def _shown(table: Table, filters: tuple[Filter, ...], columns: tuple[Column, ...]) -> Reading:
    """ "list COLUMN": the values of a column of few, else that column of the rows."""
    if any(column.period for column in columns):
        raise Refused(f"what of {columns[0].name!r} is to be listed?")
    if len(columns) == 1 and columns[0].kind == "text" and columns[0].values is not None:
        return Reading(table, "distribution", filters=filters, columns=columns)
    return Reading(table, "rows", filters=filters, columns=columns)


def _compared(
    kept: Sequence[Kept], groupings: tuple[tuple[Column, ...], ...], compares: bool, measured: bool
) -> tuple[tuple[tuple[Column, ...], ...], bool]:
    """Values that are compared become groups; values joined by "and" too, beside all of them together."""
    lists = [
        (part, one)
        for part in kept
        for one in part.filters
        if one.operator == "in" and len(one.values) > 1 and not one.negated
    ]
    if compares:
        if lists:
            column = lists[0][1].column
            return tuple(dict.fromkeys((column, *(c for c in group if c != column)) for group in groupings)), True
        if groupings == ((),):
            raise Refused("compare what: name two values of a column, or `by` a column", weight=2)
    elif measured and groupings == ((),) and len(lists) == 1 and lists[0][0].joined == "and":
        return ((lists[0][1].column,), ()), False
    return groupings, False


def _ordered(groupings: tuple[tuple[Column, ...], ...], table: Table) -> tuple[tuple[Column, ...], ...]:
    if groupings == ((),):
        along = [column for column in table.columns if column.kind == "date"]
        along = along or [column for column in table.columns if column.is_calendar]
        if len(along) != 1:
            raise Refused("a trend runs along a column: say by which (for instance `by` a column of dates)", weight=2)
        return ((along[0],),)
    for grouping in groupings:
        if len(grouping) != 1 or grouping[0].kind == "text":
            raise Refused("a trend runs along one column of dates or numbers", weight=2)
    return groupings


def numeric(column: Column) -> Column:
    """The column, if it holds numbers. Raises Refused."""
    if column.kind != "number":
        raise Refused(f"the column {column.name!r} holds no numbers", weight=3)
    return column


def check(measure: Measure) -> Measure:
    """The measure, if its column allows the function. Raises Refused."""
    column = measure.column
    dates_do = column is not None and column.kind == "date" and measure.function in ("min", "max")
    if column and column.kind != "number" and measure.function in (*_OF_NUMBERS, "min", "max") and not dates_do:
        raise Refused(f"the column {column.name!r} holds no numbers, so it has no {measure.function}", weight=3)
    return replace(measure)
