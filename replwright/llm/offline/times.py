"""Dates as conditions: "in DATE", "after DATE", "COLUMN in DATE"."""

from collections.abc import Iterator
from dataclasses import replace

from replwright.llm.offline.amounts import Span
from replwright.llm.offline.lexicon import Role
from replwright.llm.offline.parts import Kept
from replwright.llm.offline.reading import Filter
from replwright.llm.offline.sentence import Sentence
from replwright.llm.offline.table import Column

Found = Iterator[tuple[Kept, int]]


def negated(s: Sentence, at: int) -> list[tuple[bool, int]]:
    """Go on here, or after a negation."""
    return [(False, at), *((True, end) for _, end in s.role(at, Role.NOT))]


def times(s: Sentence, at: int) -> Found:
    """in DATE, after DATE, COLUMN in DATE; without a column it is the table's calendar one."""
    for denied, a in negated(s, at):
        named = [(column, end) for column, end in s.column(a) if column.kind == "date"]
        for column, b in [*named, *((column, a) for column in calendars(s))]:
            for operator, c in [("in", b), *s.role(b, Role.TIMELY)]:
                for span, end in s.span(c):
                    if one := dated(column, operator, span):
                        yield Kept((replace(one, negated=denied),)), end
                        if one.operator == "==":
                            yield from _more_numbers(s, replace(one, negated=denied), end)


def _more_numbers(s: Sentence, one: Filter, at: int) -> Found:
    """in NUMBER or NUMBER, of the calendar."""
    for _, a in s.role(at, Role.AND, Role.OR):
        for span, end in s.span(a):
            if span.number is not None:
                several = replace(one, operator="one of", numbers=(*one.numbers, float(span.number)))
                yield Kept((several,)), end
                yield from _more_numbers(s, several, end)


def calendars(s: Sentence) -> list[Column]:
    """The columns that a date without a column may be about."""
    return [column for column in s.table.columns if column.is_calendar]


def dated(column: Column, operator: str, span: Span) -> Filter | None:
    """The condition that a date compares so; None where it cannot be."""
    if column.kind != "date":
        if span.number is None:
            return None
        return Filter(column, "==" if operator == "in" else operator, (float(span.number),))
    if span.month:
        return Filter(column, "month", (float(span.month),)) if operator == "in" else None
    first, after = span.first.isoformat(), span.after.isoformat()
    days = {"in": (first, after), ">": (after, ""), ">=": (first, ""), "<": ("", first), "<=": ("", after)}
    whole = (float(span.number),) if operator == "in" and span.number is not None else ()
    return Filter(column, "dated", whole, days[operator])
