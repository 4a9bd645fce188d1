"""From bound words to one reading of the question, or a refusal. Nothing is guessed: every word must have its place."""

from collections.abc import Sequence
from dataclasses import replace

from replwright.llm.offline.bind import Item, Refused, bind
from replwright.llm.offline.clause import Clause, only
from replwright.llm.offline.filters import numeric, take_filters, take_relative
from replwright.llm.offline.lexicon import Role
from replwright.llm.offline.measures import check_measures, take_groupings, take_measures
from replwright.llm.offline.reading import SUMMARY, Measure, Reading
from replwright.llm.offline.table import Column, Table
from replwright.llm.offline.tops import take_count, take_top

_CLAUSES = 2


def read(question: str, tables: Sequence[Table]) -> Reading:
    """The one reading of the question on one of the tables. Raises Refused with what stands in the way."""
    if not tables:
        raise Refused("there is no table to look at: give a data file with the question")
    readings, refusals = list[Reading](), list[Refused]()
    for table in tables:
        try:
            readings.append(_on(question, table))
        except Refused as refused:
            refusals.append(refused)
    if len(readings) > 1:
        readings = _named(question, readings) or readings
    if len(readings) > 1:
        names = ", ".join(repr(reading.table.name) for reading in readings)
        raise Refused(f"the question fits several tables: {names}; name the one you mean")
    if not readings:
        raise min(refusals, key=lambda refused: refused.unbound)
    return readings[0]


def _named(question: str, readings: Sequence[Reading]) -> list[Reading]:
    """The readings whose table is named in the question by a word that no other table shares."""
    asked = set(question.lower().replace("_", " ").split())
    shared = [set(reading.table.nouns) for reading in readings]
    return [
        reading
        for at, reading in enumerate(readings)
        if asked & (shared[at] - set().union(*(other for i, other in enumerate(shared) if i != at)))
    ]


def _on(question: str, table: Table) -> Reading:
    clauses = _split(bind(question, table))
    if len(clauses) > _CLAUSES:
        raise Refused("I follow at most two steps: one number, then the rows near, above or below it")
    first = Clause(clauses[0])
    if len(clauses) == 1:
        return _one_clause(first, table)
    reading = _one_clause(first, table)
    if reading.kind != "aggregate" or reading.groupings != ((),) or len(reading.measures) != 1 or reading.relative:
        raise Refused("the first of two steps must be one number, such as the mean of a column")
    return _second_step(Clause(clauses[1]), table, reading)


def _second_step(clause: Clause, table: Table, first: Reading) -> Reading:
    measure = first.measures[0]
    relative = take_relative(clause, replace(measure, column=measure.column and numeric(measure.column)))
    if relative is None:
        raise Refused("the second step must ask for rows near, above or below the first one's number")
    relative = replace(relative, filters=first.filters)
    filters = take_filters(clause)
    counted = clause.take(Role.COUNT)
    clause.finish()
    measures = (Measure("count"),) if counted else ()
    return Reading(table, "relative", measures, filters=filters, relative=relative)


def _split(items: Sequence[Item]) -> list[list[Item]]:
    clauses: list[list[Item]] = [[]]
    for item in items:
        if item.role is Role.THEN:
            clauses.append([])
        else:
            clauses[-1].append(item)
    return [clause for clause in clauses if clause] or [[]]


def _one_clause(clause: Clause, table: Table) -> Reading:
    if clause.has(Role.COMPARE):
        return _comparison(clause, table)
    for role, kind in ((Role.DISTRIBUTION, "distribution"), (Role.CORRELATION, "correlation")):
        if clause.take(role):
            return _of_columns(clause, table, kind)
    in_order = clause.take(Role.TREND)
    count = take_count(clause)
    relative = take_relative(clause, None)
    filters = take_filters(clause)
    if relative:
        return _relative(clause, Reading(table, "relative", filters=filters, relative=relative))
    if reading := take_top(clause, table, count, filters):
        clause.finish()
        return reading
    groupings = take_groupings(clause, in_order, [column for column in table.columns if column.kind == "date"])
    columns = [item for item in clause.items if item.role is Role.COLUMN]
    measures = take_measures(clause, ("mean",) if in_order else SUMMARY)
    clause.finish()
    if [measure.function for measure in measures] == ["count", "distinct"] and groupings == ((),) and len(columns) == 1:
        # A text column by itself: which values there are, and how often.
        return Reading(table, "distribution", filters=filters, columns=(only(columns[0]),))
    if not measures and groupings == ((),):
        if not filters and not clause.items:
            raise Refused("the question is empty")
        return Reading(table, "rows", filters=filters)
    measures = measures or (Measure("count"),)
    check_measures(measures)
    return Reading(table, "aggregate", measures, groupings, filters, in_order=in_order)


def _relative(clause: Clause, reading: Reading) -> Reading:
    counted = clause.take(Role.COUNT)
    clause.finish()
    return replace(reading, measures=(Measure("count"),)) if counted else reading


def _comparison(clause: Clause, table: Table) -> Reading:
    """ "compare the mean COLUMN of VALUE and VALUE": the column's groups, cut down to these values."""
    for at in clause.positions(Role.COMPARE):
        if clause.role(at - 1) is clause.role(at + 1) is Role.VALUE:
            clause.items[at] = replace(clause.items[at], role=Role.AND)
        else:
            clause.use(at)
    # "the difference between A and B": the word has no numbers to take here.
    clause.use(*(at for at in clause.positions(Role.BETWEEN) if clause.role(at + 1) is Role.VALUE))
    values = clause.positions(Role.VALUE)
    groupings = take_groupings(clause)
    filters = take_filters(clause)
    compared = next((c for c in filters if c.operator == "in" and len(c.values) > 1 and not c.negated), None)
    if groupings == ((),):
        if compared is None:
            what = "two values of one column" if values else "what: name two values of a column, or `by` a column"
            raise Refused(f"compare {what}")
        groupings = ((compared.column,),)
    measures = take_measures(clause, ("mean",) if compared else SUMMARY)
    clause.finish()
    measures = measures or (Measure("count"),)
    check_measures(measures)
    return Reading(table, "aggregate", measures, groupings, filters, compares=compared is not None)


def _of_columns(clause: Clause, table: Table, kind: str) -> Reading:
    if kind == "correlation":
        # "between A and B": the word has no numbers to take here.
        clause.use(*(at for at in clause.positions(Role.BETWEEN) if clause.role(at + 2) is Role.AND))
    filters = take_filters(clause)
    columns: list[Column] = [clause.take_column(at) for at in clause.positions(Role.COLUMN)]
    if kind == "correlation":
        if len(columns) != 2:
            raise Refused("a correlation is between two columns of numbers: name both")
        columns = [numeric(column) for column in columns]
        clause.finish()
        return Reading(table, "correlation", filters=filters, columns=tuple(columns))
    if len(columns) != 1:
        raise Refused("a distribution is of one column: name it")
    clause.finish()
    return Reading(table, "distribution", filters=filters, columns=tuple(columns))
