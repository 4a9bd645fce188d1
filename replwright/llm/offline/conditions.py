"""The conditions of the grammar. Each rule gives what it reads at a position, and where that ends."""

from collections.abc import Iterator
from dataclasses import replace

from replwright.llm.offline.amounts import amounts
from replwright.llm.offline.lexicon import Role
from replwright.llm.offline.parts import Kept
from replwright.llm.offline.reading import Filter
from replwright.llm.offline.sentence import Sentence
from replwright.llm.offline.table import Column
from replwright.llm.offline.times import Found, calendars, dated, negated, times
from replwright.llm.offline.values import value_lists


def conditions(s: Sentence, at: int) -> Found:
    """Every condition that may stand here."""
    for rule in (
        _compared,
        _compared_before,
        _of_quality,
        _between,
        _equal,
        _values,
        _missing,
        _flags,
        signs,
        _signed,
        times,
    ):
        yield from rule(s, at)


def _compared(s: Sentence, at: int) -> Found:
    """COLUMN over NUMBER and under NUMBER."""
    for column, a in s.column(at):
        for denied, b in negated(s, a):
            for filters, end in _limits(s, column, b, denied):
                yield Kept(filters), end


def _limits(s: Sentence, column: Column, at: int, denied: bool = False) -> Iterator[tuple[tuple[Filter, ...], int]]:
    for one, end in _limit(s, column, at, denied):
        yield (one,), end
        for _, joined in s.role(end, Role.AND):
            for more, last in _limits(s, column, joined):
                yield (one, *more), last


def _limit(s: Sentence, column: Column, at: int, denied: bool) -> Iterator[tuple[Filter, int]]:
    for operator, a in s.role(at, Role.COMPARISON, Role.NEAR):
        if column.kind == "date":
            for span, end in s.span(a):
                if operator and (one := dated(column, operator, span)):
                    yield replace(one, negated=denied), end
            continue
        for amount, end in s.amount(a):
            if column.kind != "number":
                s.complain(f"the column {column.name!r} holds no numbers", end)
                continue
            for number in amount.of(column):
                yield Filter(column, operator or "near", (number,), negated=denied), end


def _compared_before(s: Sentence, at: int) -> Found:
    """over NUMBER COLUMN; after COLUMN NUMBER."""
    for denied, a in negated(s, at):
        for operator, b in s.role(a, Role.COMPARISON, Role.NEAR):
            for amount, c in s.amount(b):
                said = " ".join(token.raw for token in s.tokens[a:c])
                s.complain(f"which column is {said!r} about? name it just before", c)
                for column, end in s.column(c):
                    for number in amount.of(column) if column.kind == "number" else ():
                        yield Kept((Filter(column, operator or "near", (number,), negated=denied),)), end
            for column, c in s.column(b):
                for amount, end in s.amount(c):
                    for number in amount.of(column) if column.kind == "number" else ():
                        yield Kept((Filter(column, operator or "near", (number,), negated=denied),)), end


def _of_quality(s: Sentence, at: int) -> Found:
    """older than NUMBER."""
    for denied, a in negated(s, at):
        for operator, column, b in s.quality(a, Role.LARGER):
            for amount, end in s.amount(b):
                for number in amount.of(column):
                    yield Kept((Filter(column, operator, (number,), negated=denied),)), end


def _between(s: Sentence, at: int) -> Found:
    """COLUMN between NUMBER and NUMBER; between NUMBER and NUMBER COLUMN; from DATE to DATE."""
    named = [(column, end) for column, end in s.column(at)]
    for given, a in [*named, (None, at)]:
        for denied, b in negated(s, a):
            for _, c in s.role(b, Role.BETWEEN):
                before = [(column, end) for column, end in s.column(c)] if given is None else []
                for column, d in [*before, (given, c)]:
                    yield from _range(s, d, column, denied, (Role.AND,))
            # "from" is a filler too: only what it begins with tells.
            for _, c in s.role(b, Role.FROM):
                yield from _range(s, c, given, denied, (Role.TO,))


def _range(s: Sentence, at: int, column: Column | None, denied: bool, joints: tuple[Role, ...]) -> Found:
    for low, a in s.amount(at):
        for _, b in s.role(a, *joints):
            for high, c in s.amount(b):
                for one, end in [(column, c)] if column else [*s.column(c), *((each, c) for each in calendars(s))]:
                    if one.kind == "number" and (column or end > c or _is_calendar(low.raw, high.raw)):
                        ends = sorted((low.number, high.number))
                        if low.of(one) and high.of(one) and not (low.percent or high.percent):
                            yield Kept((Filter(one, "between", tuple(ends), negated=denied),)), end
                    elif column and one.kind == "text":
                        s.complain(f"the column {one.name!r} holds no numbers", end)
    for first, a in s.span(at):
        for _, b in s.role(a, *joints):
            for last, c in s.span(b):
                for one in [column] if column else calendars(s):
                    if one.kind == "date" and not first.month and not last.month:
                        days = (first.first.isoformat(), last.after.isoformat())
                        yield Kept((Filter(one, "dated", values=days, negated=denied),)), c


def _equal(s: Sentence, at: int) -> Found:
    """COLUMN NUMBER, COLUMN is NUMBER or NUMBER; NUMBER COLUMN."""
    for denied, a in negated(s, at):
        for column, b in s.column(a):
            for inner, c in negated(s, b):
                for d in {
                    c,
                    *(once := s.next_is(c, Role.EQUALS)),
                    *(e for o in once for e in s.next_is(o, Role.EQUALS)),
                }:
                    yield from _numbers(s, d, column, denied or inner)
        for amount, b in s.amount(a):
            for column, end in s.column_here(b):
                for number in amount.of(column) if column.kind == "number" else ():
                    yield Kept((Filter(column, "==", (number,), negated=denied),)), end


def _numbers(s: Sentence, at: int, column: Column, denied: bool) -> Found:
    """Just here, so that "COLUMN in 7" is not "COLUMN is 7"."""
    found: list[tuple[tuple[float, ...], int]] = [((), at)]
    while found:
        numbers, position = found.pop()
        for amount, end in s.amount(position) if numbers else amounts(s.tokens, position):
            if column.kind != "number":
                s.complain(f"the column {column.name!r} holds no numbers: put the value in double quotes", end)
                continue
            for number in amount.of(column):
                several = (*numbers, number)
                operator = "==" if len(several) == 1 else "one of"
                yield Kept((Filter(column, operator, several, negated=denied),)), end
                found += [(several, joined) for _, joined in s.role(end, Role.AND, Role.OR)]


def _values(s: Sentence, at: int) -> Found:
    """VALUE, VALUE or VALUE; COLUMN is VALUE; VALUE COLUMN."""
    for denied, a in negated(s, at):
        for one, end in value_lists(s, a, None, denied):
            yield one, end
            for column, last in s.column(end):
                if column == one.filters[0].column:
                    yield one, last
        for _, b in s.role(a, Role.BY, Role.BETWEEN):
            yield from value_lists(s, b, None, denied)
        for column, b in s.column(a):
            if column.kind == "text" or column.yes:
                for inner, c in negated(s, b):
                    for d in {c, *(end for _, end in s.role(c, Role.EQUALS))}:
                        for middle, e in negated(s, d):
                            yield from value_lists(s, e, column, denied or inner or middle)


def _missing(s: Sentence, at: int) -> Found:
    """without COLUMN, COLUMN is missing, COLUMN is not missing; have a COLUMN."""
    for denied, a in negated(s, at):
        for _, b in s.role(a, Role.MISSING):
            yield from ((Kept((Filter(column, "missing", negated=denied),)), end) for column, end in s.column(b))
        for _, b in s.role(a, Role.LACKING):
            for column, end in s.column(b):
                yield from ((Kept((one,)), end) for one in _lacking(column, denied))
    for column, a in s.column(at):
        for denied, b in negated(s, a):
            for _, end in s.role(b, Role.MISSING):
                yield Kept((Filter(column, "missing", negated=denied),)), end
    for start in s.starts(at):
        for a in s.next_is(start, Role.HAVE):
            for column, end in s.column(a):
                yield from ((Kept((one,)), end) for one in _lacking(column, True))


def _lacking(column: Column, denied: bool) -> list[Filter]:
    """What has "no COLUMN" has an empty cell; or a zero, where the column has zeros."""
    if column.yes is not None:
        return []
    found = [Filter(column, "missing", negated=denied)]
    if (
        column.kind == "number"
        and column.low is not None
        and column.high is not None
        and column.low <= 0 <= column.high
    ):
        found.append(Filter(column, "==", (0.0,), negated=denied))
    return found


def _flags(s: Sentence, at: int) -> Found:
    """A column of yes and no by itself, or with what it is."""
    for denied, a in [*negated(s, at), *((True, end) for _, end in s.role(at, Role.LACKING))]:
        for column, b in s.column(a):
            if column.yes is None:
                continue
            yield Kept((_flag(column, not denied),)), b
            for start in {b, *(end for _, end in s.role(b, Role.EQUALS))}:
                for inner, c in negated(s, start):
                    for said, end in s.role(c, Role.YES):
                        yield Kept((_flag(column, bool(said) is not (denied or inner)),)), end


def _flag(column: Column, wanted: bool) -> Filter:
    if column.kind == "number":
        return Filter(column, "==", (1.0,), negated=not wanted)
    return Filter(column, "in", values=(column.yes or "",), negated=not wanted)


def signs(s: Sentence, at: int) -> Found:
    """negative COLUMN"""
    for operator, a in s.role(at, Role.SIGN):
        for column, end in s.column(a):
            if column.kind == "number":
                yield Kept((Filter(column, operator, (0.0,)),)), end


def _signed(s: Sentence, at: int) -> Found:
    """COLUMN is negative"""
    for column, a in s.column(at):
        for denied, b in negated(s, a):
            for operator, end in s.role(b, Role.SIGN):
                if column.kind == "number":
                    yield Kept((Filter(column, operator, (0.0,), negated=denied),)), end


def _is_calendar(*raw: str) -> bool:
    return all(len(text) == 4 and text.isdigit() for text in raw)
