"""Rankings: "top 5 COLUMN", "the highest mean COLUMN", "the 3 oldest", "the most common COLUMN"."""

from collections.abc import Iterator

from replwright.llm.offline.conditions import conditions
from replwright.llm.offline.lexicon import Role
from replwright.llm.offline.parts import Extreme, Head, Part, Some
from replwright.llm.offline.phrases import keys, periods
from replwright.llm.offline.reading import Measure
from replwright.llm.offline.refused import Refused
from replwright.llm.offline.sentence import Sentence
from replwright.llm.offline.table import Column
from replwright.llm.offline.times import calendars

MAX_COUNT = 50


def rankings(s: Sentence, at: int) -> Iterator[tuple[Part, int]]:
    """Every part of a ranking that may stand here."""
    for which, a in s.role(at, Role.TOP):
        for count, b in _count_after(s, a):
            yield Head(which == "max", count), b
            yield from ((Head(which == "max", count), end) for end in s.rows(b))
            yield from ((Head(which == "max", count, column), end) for column, end in _targets(s, b))
    for count, a in _counts(s, at):
        yield from ((Some(count), end) for end in s.rows(a))
        yield from ((Some(count, column), end) for column, end in _targets(s, a))
    for before, a in _count_after(s, at):
        yield from _extremes(s, a, before)


def _extremes(s: Sentence, at: int, before: int | None) -> Iterator[tuple[Part, int]]:
    for which, a in s.role(at, Role.SUPERLATIVE):
        highest = which == "max"
        for after, b in _count_after(s, a) if before is None else [(None, a)]:
            count = before or after
            for measure, end in keys(s, b):
                yield Extreme(highest, measure, count), end
            for one, c in conditions(s, b):
                yield from ((Extreme(highest, Measure("count"), count, filters=one.filters), end) for end in s.rows(c))
            for column, end in s.column(b):
                if column.kind != "text":
                    yield Extreme(highest, Measure("", column), count), end
            for _, c in s.role(b, Role.COMMON):
                for column, end in _targets(s, c):
                    yield Extreme(highest, Measure("count"), count, column), end
    for which, a in s.role(at, Role.LATEST):
        for after, b in _count_after(s, a) if before is None else [(None, a)]:
            for column in calendars(s) if s.rows(b) else ():
                for end in s.rows(b):
                    yield Extreme(which == "max", Measure("", column), before or after or 1, of_rows=True), end
    for which, column, a in s.quality(at, Role.LARGEST):
        for end in {a, *s.rows(a)}:
            yield Extreme(which == "max", Measure("", column), before or 1, of_rows=True), end


def _targets(s: Sentence, at: int) -> list[tuple[Column, int]]:
    return [*s.column(at), *periods(s, at)]


def _count_after(s: Sentence, at: int) -> list[tuple[int | None, int]]:
    return [(None, at), *_counts(s, at)]


def _counts(s: Sentence, at: int) -> list[tuple[int, int]]:
    return [(int(found.number), end) for found, end in s.amount(at) if _is_count(found.number) and not found.unit]


def _is_count(number: float) -> bool:
    return number == int(number) and number >= 1


def checked(count: int) -> int:
    """How many are listed. Raises Refused."""
    if not 1 <= count <= MAX_COUNT:
        raise Refused(f"I list 1 to {MAX_COUNT} of them, not {count}", weight=3)
    return count
