"""What a ranking means: the top or bottom rows by a column, or the top or bottom groups by a measure."""

from replwright.llm.offline.bag import Bag
from replwright.llm.offline.lexicon import Role
from replwright.llm.offline.parts import Bare, By, Extreme, Head, Rows, Some
from replwright.llm.offline.rankings import checked
from replwright.llm.offline.reading import Filter, Measure, Reading, Top
from replwright.llm.offline.refused import Refused
from replwright.llm.offline.table import Column, Table

DEFAULT_COUNT = 10
_HOW = "rank what by what? say for instance: top 5 COLUMN by mean COLUMN, or top 5 rows by COLUMN"


def ranked(bag: Bag, table: Table, filters: tuple[Filter, ...]) -> list[Reading]:
    """The readings; several where groups are ranked by a column without saying by what of it. Raises Refused."""
    head, some, extreme, by = bag.one(Head), bag.one(Some), bag.one(Extreme), bag.one(By)
    named = bag.every(Bare)
    if named and (extreme is None or bag.before(Extreme, named[0])):
        raise Refused(_HOW)
    bare = [column for part in named for column in part.columns]
    groupings = bag.groupings()
    rows = bool(bag.every(Rows)) or (some is not None and some.column is None)
    bag.mark(Role.LIST)
    bag.empty()
    targets = [part.column for part in (head, some, extreme) if part and part.column] + bare
    if (
        (extreme and extreme.of_rows and targets)
        or len(targets) > 1
        or (rows and targets)
        or (head and (extreme or some))
    ):
        raise Refused(_HOW)
    target = targets[0] if targets else None
    if head:
        count, highest = head.count or DEFAULT_COUNT, head.highest
        measure, groupings = _key(by, target, groupings)
        if measure.column is not None and measure.column == target:
            target = None
    elif extreme and not by:
        count, highest, measure = _count(some, extreme), extreme.highest, extreme.measure
        if target is None and not rows and groupings != ((),) and (measure.function or extreme.column):
            target, groupings = _only(groupings), ((),)
        if target is None and not (rows or extreme.count or extreme.of_rows):
            raise Refused(_HOW)
    else:
        raise Refused(_HOW)
    if groupings != ((),):
        raise Refused(_HOW)
    return _readings(table, filters, target, measure, Top(checked(count), highest))


def _readings(
    table: Table, filters: tuple[Filter, ...], target: Column | None, measure: Measure, top: Top
) -> list[Reading]:
    if target is None or (target.unique and target.kind != "number" and not measure.function):
        if measure.function:
            raise Refused("rank which groups? name the column whose groups are to be ranked", weight=2)
        key = _numeric(measure.column)
        return [Reading(table, "rows", filters=filters, top=Top(top.count, top.highest, key))]
    if measure.column is not None and measure.column.position == target.position:
        raise Refused(_HOW)
    functions = [measure.function] if measure.function else ["sum", "mean", "max" if top.highest else "min"]
    if measure.column is not None and measure.function != "distinct":
        _numeric(measure.column)
        if measure.column.kind == "date":
            functions = functions[-1:]
    found = [Measure(function, measure.column) for function in functions]
    return [Reading(table, "aggregate", (one,), ((target,),), filters, top) for one in found]


def _key(
    by: By | None, target: Column | None, groupings: tuple[tuple[Column, ...], ...]
) -> tuple[Measure, tuple[tuple[Column, ...], ...]]:
    """What "top" goes by: "by mean COLUMN", "by COLUMN", or the column itself that is ranked."""
    if by:
        return by.measure, groupings
    if groupings != ((),):
        return Measure("", _only(groupings)), ((),)
    if target is None or target.kind != "number":
        raise Refused(_HOW, weight=2)
    return Measure("", target), groupings


def _count(some: Some | None, extreme: Extreme) -> int:
    counts = {part.count for part in (some, extreme) if part and part.count}
    if some and extreme.count and not extreme.of_rows:
        raise Refused(_HOW)
    return some.count if some else min(counts, default=1)


def _only(groupings: tuple[tuple[Column, ...], ...]) -> Column:
    if len(groupings) != 1 or len(groupings[0]) != 1:
        raise Refused(_HOW, weight=2)
    return groupings[0][0]


def _numeric(column: Column | None) -> Column:
    if column is None or column.kind == "text":
        raise Refused(f"the column {column.name!r} holds no numbers" if column else _HOW, weight=3)
    return column
