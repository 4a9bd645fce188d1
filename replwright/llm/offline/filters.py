"""Take the conditions out of a bound clause: comparisons, ranges, values, missing cells."""

from replwright.llm.offline.bind import Refused
from replwright.llm.offline.clause import Clause
from replwright.llm.offline.lexicon import Role
from replwright.llm.offline.reading import Filter, Measure, Relative
from replwright.llm.offline.table import Column


def take_filters(clause: Clause, keep_values: bool = False) -> tuple[Filter, ...]:
    """Every condition of the clause, whose items are used up. `keep_values` leaves bare values (to be compared)."""
    found = [*_ranges(clause), *_comparisons(clause), *_missing(clause)]
    if not keep_values:
        found += _members(clause)
    return (*found, *_equalities(clause))


def take_relative(clause: Clause, earlier: Measure | None) -> Relative | None:
    """ "above the average COLUMN", "near that COLUMN": a condition on a number that an earlier task computes."""
    for at in clause.positions(Role.COMPARISON, Role.NEAR):
        operator = clause.items[at].detail or "near"
        before, after = clause.role(at - 1), clause.role(at + 1)
        if after is Role.AGGREGATE:
            function = clause.items[at + 1].detail
            own = clause.take_column(at - 1) if before is Role.COLUMN else None
            named = clause.take_column(at + 2) if clause.role(at + 2) is Role.COLUMN else None
            clause.use(at, at + 1)
            column = own or named or (earlier.column if earlier else None)
            if column is None:
                raise Refused(f"which column is {clause.items[at].raw!r} the {function} about?")
            return Relative(numeric(column), operator, Measure(function, numeric(named or column)))
        if earlier is None or earlier.column is None or Role.NUMBER in (after, clause.role(at + 2)):
            continue
        if after is Role.COLUMN or before is Role.COLUMN:
            column = clause.take_column(at + 1 if after is Role.COLUMN else at - 1)
            if column != earlier.column:
                continue
        clause.use(at)
        return Relative(earlier.column, operator, earlier)
    return None


def numeric(column: Column) -> Column:
    """The column, if it holds numbers. Raises Refused."""
    if column.kind != "number":
        raise Refused(f"the column {column.name!r} holds no numbers")
    return column


def _ranges(clause: Clause) -> list[Filter]:
    found = []
    for at in clause.positions(Role.BETWEEN):
        start = at + 1 if clause.role(at + 1) is Role.COLUMN else at
        numbers = clause.numbers_after(start, 2)
        end = clause.items.index(numbers[-1], start)
        column = clause.take_column(start) if start > at else clause.column_beside(at, end)
        found.append(Filter(numeric(column), "between", tuple(sorted(item.number for item in numbers))))
        clause.use(*range(at, end + 1))
    return found


def _comparisons(clause: Clause) -> list[Filter]:
    found: list[Filter] = []
    for at in clause.positions(Role.COMPARISON, Role.NEAR):
        if clause.role(at + 1) is Role.COLUMN and clause.role(at + 2) is Role.NUMBER:
            # "after COLUMN 5" says the same as "COLUMN after 5".
            clause.items[at : at + 2] = [clause.items[at + 1], clause.items[at]]
            at += 1
        if clause.role(at + 1) is not Role.NUMBER:
            continue
        again = found and clause.used(at - 2) and clause.was(at - 1) is Role.AND and clause.was(at - 2) is Role.NUMBER
        column = found[-1].column if again and clause.role(at + 2) is not Role.COLUMN else None
        column = column or clause.column_beside(at, at + 1)
        operator = clause.items[at].detail or "near"
        negated = clause.take_not(at - 1)
        found.append(Filter(numeric(column), operator, (clause.items[at + 1].number,), negated=negated))
        clause.use(at, at + 1)
    return found


def _missing(clause: Clause) -> list[Filter]:
    found = []
    for at in clause.positions(Role.MISSING):
        column = clause.take_column(at + 1) if clause.role(at + 1) is Role.COLUMN else clause.column_beside(at, at)
        negated = clause.take_not(at - 1)
        found.append(Filter(column, "missing", negated=negated))
        clause.use(at)
    return found


def _members(clause: Clause) -> list[Filter]:
    found, at = [], 0
    while at < len(clause.items):
        if clause.role(at) is not Role.VALUE:
            at += 1
            continue
        end = clause.values_end(at)
        column = clause.column_of_values(at, end)
        negated = clause.take_not_before(at)
        values = tuple(clause.items[i].detail for i in range(at, end + 1) if clause.items[i].role is Role.VALUE)
        found.append(Filter(column, "in", values=tuple(dict.fromkeys(values)), negated=negated))
        clause.use(*range(at, end + 1))
        at = end + 1
    return found


def _equalities(clause: Clause) -> list[Filter]:
    found = []
    for at in clause.positions(Role.NUMBER):
        before = at - 2 if clause.role(at - 1) is Role.EQUALS else at - 1
        if clause.role(before) is not Role.COLUMN or clause.role(before - 1) is Role.GROUP:
            continue
        negated = clause.take_not(before - 1)
        number = clause.items[at].number
        column = clause.take_column(before)
        if column.kind == "number":
            found.append(Filter(column, "==", (number,), negated=negated))
        else:
            raise Refused(f"the column {column.name!r} holds no numbers: put the value in double quotes")
        clause.use(*range(before, at + 1))
    return found
