"""Take what is to be computed, and by which columns, out of a bound clause."""

from collections.abc import Sequence

from replwright.llm.offline.bind import Refused
from replwright.llm.offline.clause import Clause
from replwright.llm.offline.lexicon import Role
from replwright.llm.offline.reading import SUMMARY, Measure
from replwright.llm.offline.table import Column

_OF_NUMBERS = ("mean", "median", "sum")


def take_groupings(
    clause: Clause, in_order: bool = False, dates: Sequence[Column] = ()
) -> tuple[tuple[Column, ...], ...]:
    """ "by A and by B" is two groupings, "by A and B" one by both; ((),) when there is none.

    A trend (`in_order`) without one runs along the only column of `dates`.
    """
    groupings: list[tuple[Column, ...]] = []
    for at in clause.positions(Role.GROUP):
        end, columns = at, list[Column]()
        while True:
            step = 2 if columns and clause.role(end + 1) is Role.AND else 1
            if clause.role(end + step) is not Role.COLUMN:
                break
            columns.append(clause.take_column(end + step))
            end += step
        if not columns:
            raise Refused(f"{clause.items[at].raw!r} needs a column after it")
        clause.use(at)
        groupings.append(tuple(dict.fromkeys(columns)))
    if in_order and not groupings:
        if len(dates) != 1:
            raise Refused("a trend runs along a column: say by which (for instance `by` a column of dates)")
        groupings.append(tuple(dates))
    return tuple(dict.fromkeys(groupings)) or ((),)


def take_measures(clause: Clause, alone: tuple[str, ...] = SUMMARY) -> tuple[Measure, ...]:
    """Functions and their columns, in the order of the question. A column of numbers alone gets those of `alone`."""
    described = clause.take(Role.DESCRIBE)
    counts = clause.take(Role.COUNT)
    distinct = clause.take(Role.DISTINCT)
    measures, functions, pending = list[Measure](), list[str](), list[Column]()
    for at in clause.positions(Role.AGGREGATE, Role.SUPERLATIVE, Role.COLUMN):
        if clause.role(at) is Role.COLUMN:
            pending.append(clause.take_column(at))
            continue
        if functions and pending:
            measures += _product(functions, pending)
            functions, pending = [], []
        functions.append(clause.items[at].detail)
        clause.use(at)
    if counts:
        measures += _counted(functions, pending, distinct)
    elif distinct:
        measures += [Measure("distinct", column) for column in _some(pending, "distinct values")]
    elif functions:
        measures += _product(functions, _some(pending, f"the {functions[0]}"))
    else:
        measures += [Measure(function, column) for column in pending for function in _summary(column, alone)]
    if described and not measures:
        raise Refused("analyse which column? name it")
    return tuple(dict.fromkeys(measures))


def check_measures(measures: Sequence[Measure]) -> None:
    for measure in measures:
        if measure.column and measure.column.kind != "number" and measure.function in (*_OF_NUMBERS, "min", "max"):
            raise Refused(f"the column {measure.column.name!r} holds no numbers, so it has no {measure.function}")


def _counted(functions: Sequence[str], columns: Sequence[Column], distinct: bool) -> list[Measure]:
    if functions:
        return [Measure("count"), *_product(functions, _some(columns, f"the {functions[0]}"))]
    if distinct:
        return [Measure("distinct", column) for column in _some(columns, "distinct values")]
    for column in columns:
        if column.kind != "text":
            raise Refused(f"count the rows, or the distinct values of {column.name!r}? say `rows` or `distinct`")
    return [Measure("distinct", column) for column in columns] or [Measure("count")]


def _summary(column: Column, alone: tuple[str, ...]) -> tuple[str, ...]:
    return alone if column.kind == "number" else ("count", "distinct")


def _product(functions: Sequence[str], columns: Sequence[Column]) -> list[Measure]:
    return [Measure(function, column) for column in columns for function in functions]


def _some(columns: Sequence[Column], what: str) -> Sequence[Column]:
    if not columns:
        raise Refused(f"{what} of which column? name it")
    return columns
