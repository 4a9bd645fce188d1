"""Superlatives: the top or bottom rows by a column, and the top or bottom groups by a measure."""

from dataclasses import replace

from replwright.llm.offline.bind import Refused
from replwright.llm.offline.clause import Clause
from replwright.llm.offline.filters import numeric
from replwright.llm.offline.lexicon import Role
from replwright.llm.offline.measures import check_measures
from replwright.llm.offline.reading import Filter, Measure, Reading, Top
from replwright.llm.offline.table import Table

DEFAULT_COUNT = 10
MAX_COUNT = 50


def take_count(clause: Clause) -> Top | None:
    """ "top 5", "bottom 3", "5 highest", "highest 5": how many, and from which end."""
    for at in clause.positions(Role.TOP, Role.SUPERLATIVE):
        highest = clause.items[at].detail == "max"
        for beside in (at + 1, at - 1):
            if clause.role(beside) is Role.NUMBER and clause.was(beside - 1) is not Role.COMPARISON:
                number = clause.items[beside].number
                if number != int(number) or not 1 <= number <= MAX_COUNT:
                    raise Refused(f"I list 1 to {MAX_COUNT} of them, not {clause.items[beside].raw}")
                clause.use(at, beside)
                return Top(int(number), highest)
        if clause.role(at) is Role.TOP:
            clause.use(at)
            return Top(DEFAULT_COUNT, highest)
    return None


def take_top(clause: Clause, table: Table, top: Top | None, filters: tuple[Filter, ...]) -> Reading | None:
    """A ranking, if the clause asks for one: by `top`, or by "which COLUMN has the highest ..."."""
    if top is None:
        top = _single(clause)
        if top is None:
            return None
    clause.take(Role.DISTINCT)
    columns = clause.positions(Role.COLUMN)
    functions = clause.positions(Role.AGGREGATE, Role.COUNT)
    extremes = clause.positions(Role.SUPERLATIVE)
    target = [at for at in columns if not functions or at < functions[0] or clause.was(at - 1) is Role.GROUP]
    if functions:
        return _groups(clause, table, top, filters, target, functions[0])
    if len(columns) == 1 or (len(columns) == 2 and columns[0] == columns[1]):
        key = numeric(clause.take_column(columns[0]))
        clause.use(*extremes, *clause.positions(Role.GROUP))
        return Reading(table, "rows", filters=filters, top=Top(top.count, top.highest, key))
    if len(columns) == 2 and extremes:
        function = clause.items[extremes[0]].detail
        clause.use(*extremes, *clause.positions(Role.GROUP))
        grouping, measured = clause.take_column(columns[0]), numeric(clause.take_column(columns[1]))
        return Reading(table, "aggregate", (Measure(function, measured),), ((grouping,),), filters, top)
    raise Refused("rank what by what? say for instance: top 5 COLUMN by mean COLUMN, or top 5 rows by COLUMN")


def _groups(
    clause: Clause, table: Table, top: Top, filters: tuple[Filter, ...], target: list[int], function: int
) -> Reading:
    if not target:
        raise Refused("rank which groups? name the column whose groups are to be ranked")
    counted = clause.role(function) is Role.COUNT
    detail = clause.items[function].detail
    clause.use(function, *clause.positions(Role.GROUP, Role.SUPERLATIVE))
    grouping = tuple(clause.take_column(at) for at in target)
    rest = clause.positions(Role.COLUMN)
    if counted:
        measure = Measure("count")
    elif len(rest) == 1:
        measure = Measure(detail, clause.take_column(rest[0]))
    else:
        raise Refused(f"the {detail} of which column? name one")
    check_measures((measure,))
    return Reading(table, "aggregate", (measure,), (grouping,), filters, top)


def _single(clause: Clause) -> Top | None:
    """ "which COLUMN has the highest ...", "the row with the lowest COLUMN", "most rows": one group or row."""
    for at in clause.positions(Role.SUPERLATIVE):
        highest = clause.items[at].detail == "max"
        before = next((clause.role(i) for i in range(at - 1, -1, -1) if clause.role(i) is not None), None)
        after = clause.role(at + 1)
        if before is Role.COLUMN and after is Role.ROWS:
            clause.items[at + 1] = replace(clause.items[at + 1], role=Role.COUNT)
            return Top(1, highest)
        if before is Role.COLUMN and after in (Role.COLUMN, Role.AGGREGATE) and clause.was(at - 1) is not Role.AND:
            return Top(1, highest)
        if before is Role.ROWS and after is Role.COLUMN:
            clause.use(at)
            return Top(1, highest)
        if after is Role.AGGREGATE:
            return Top(1, highest)
    return None
