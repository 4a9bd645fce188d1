"""What is asked for: measures, groupings, rankings, shares. Each rule gives what it reads and where that ends."""

from collections.abc import Iterator

from replwright.llm.offline.conditions import conditions, signs
from replwright.llm.offline.lexicon import Role
from replwright.llm.offline.parts import Bare, By, Grouped, Mark, Measured, Part, Rows, Share
from replwright.llm.offline.reading import Filter, Measure
from replwright.llm.offline.sentence import Sentence
from replwright.llm.offline.table import Column
from replwright.llm.offline.times import calendars

_MARKS = (
    *(Role.AND, Role.OR, Role.LIST, Role.DESCRIBE, Role.COMPARE, Role.DIFFERENCE),
    *(Role.DISTRIBUTION, Role.QUANTILES, Role.CORRELATION, Role.TREND),
)
Columns = tuple[Column, ...]
# So many lists are only of a name that says little: what is left of them is ambiguous enough.
MOST_LISTS = 200


def phrases(s: Sentence, at: int) -> Iterator[tuple[Part, int]]:
    """Every phrase that may stand here, rankings and conditions apart."""
    for measured, end in _measures(s, at):
        yield measured, end
    nouns = set(s.rows(at))
    for columns, end in column_lists(s, at):
        # The word that the file is called by means its rows.
        if not (len(columns) == 1 and end in nouns):
            yield Bare(columns), end
    yield from ((Bare((column,)), end) for column, end in periods(s, at))
    for _, a in s.role(at, Role.BETWEEN):
        for columns, end in column_lists(s, a):
            if len(columns) == 2:
                yield Bare(columns), end
    yield from _grouped(s, at)
    for _, a in s.role(at, Role.GROUP):
        for measure, end in keys(s, a):
            yield By(measure), end
    yield from _shares(s, at)
    for end in s.rows(at):
        yield Rows(), end
    for role in _MARKS:
        for _, end in s.role(at, role):
            yield Mark(role), end


def column_lists(s: Sentence, at: int) -> list[tuple[Columns, int]]:
    """A column, or several joined by "and"."""
    found: list[tuple[Columns, int]] = []
    waiting: list[tuple[Columns, int]] = [((), at)]
    while waiting and len(found) < MOST_LISTS:
        columns, position = waiting.pop(0)
        for column, end in s.column(position):
            if column not in columns:
                found.append(((*columns, column), end))
                waiting += [((*columns, column), joined) for joined in _ands(s, end)]
    return found


def keys(s: Sentence, at: int) -> Iterator[tuple[Measure, int]]:
    """One measure with a function, that a ranking goes by: mean COLUMN, the number of rows."""
    for name, a in s.role(at, Role.AGGREGATE):
        for column, end in s.column(a):
            yield Measure(name, column), end
    for measure, end in _counts(s, at):
        yield measure, end
    for end in s.rows(at):
        yield Measure("count"), end


def _ands(s: Sentence, at: int) -> set[int]:
    once = {end for _, end in s.role(at, Role.AND)}
    return once | {further for end in once for _, further in s.role(end, Role.AND)}


def _measures(s: Sentence, at: int) -> Iterator[tuple[Measured, int]]:
    for one, end in _measure(s, at):
        yield one, end
        for joined in _ands(s, end) if not one.filters else ():
            for more, last in _measures(s, joined):
                if not more.filters:
                    yield Measured((*one.measures, *more.measures), one.extreme or more.extreme), last


def _measure(s: Sentence, at: int) -> Iterator[tuple[Measured, int]]:
    for names, extreme, a in _functions(s, at):
        for filters, b in [((), a), *((one.filters, end) for one, end in conditions(s, a))]:
            for columns, end in column_lists(s, b):
                yield Measured(_product(names, columns), extreme, filters), end
        for one, end in signs(s, a):
            yield Measured(_product(names, (one.filters[0].column,)), extreme, one.filters), end
    for name, a in s.role(at, Role.LATEST):
        yield from ((Measured((Measure(name, c),), True), end) for c, end in s.column(a) if c.kind == "date")
    for columns, a in column_lists(s, at):
        for names, extreme, end in _functions(s, a):
            if not extreme:
                yield Measured(_product(names, columns)), end
    for measure, end in _counts(s, at):
        yield Measured((measure,)), end


def _product(names: tuple[str, ...], columns: Columns) -> tuple[Measure, ...]:
    return tuple(dict.fromkeys(Measure(name, column) for column in columns for name in names))


def _functions(s: Sentence, at: int) -> Iterator[tuple[tuple[str, ...], bool, int]]:
    for role in (Role.AGGREGATE, Role.SUPERLATIVE):
        for name, end in s.role(at, role):
            yield (name,), role is Role.SUPERLATIVE, end
            for joined in _ands(s, end):
                for more, also, last in _functions(s, joined):
                    yield (name, *more), also or role is Role.SUPERLATIVE, last


def _counts(s: Sentence, at: int) -> Iterator[tuple[Measure, int]]:
    """how many rows, the total number of rows, how many different COLUMN, row count."""
    starts = {at, *(end for name, end in s.role(at, Role.AGGREGATE) if name == "sum")}
    for start in starts:
        for _, a in s.role(start, Role.COUNT):
            yield from ((Measure("count"), end) for end in (a, *s.rows(a)))
            for _, b in s.role(a, Role.DISTINCT):
                yield from ((_distinct(column), end) for column, end in s.column(b))
            nouns = set(s.rows(a))
            for column, end in s.column(a):
                if column.unique and end in nouns:
                    yield Measure("count"), end
                elif (column.unique and column.kind == "date") or (column.kind == "text" and column.yes is None):
                    yield _distinct(column), end
                else:
                    what = f"count the rows, or the distinct values of {column.name!r}, or sum it"
                    s.complain(f"{what}? say `rows`, `distinct` or `total`", end)
    for end in s.rows(at):
        yield from ((Measure("count"), last) for _, last in s.role(end, Role.COUNT))
    for _, a in s.role(at, Role.DISTINCT):
        for column, b in s.column(a):
            yield _distinct(column), b
            yield from ((_distinct(column), end) for _, end in s.role(b, Role.COUNT))


def _distinct(column: Column) -> Measure:
    """A column of numbers or dates without repeats and gaps has as many values as the table has rows."""
    return Measure("count") if column.unique and column.kind != "text" else Measure("distinct", column)


def _grouped(s: Sentence, at: int) -> Iterator[tuple[Part, int]]:
    for _, a in s.role(at, Role.GROUP):
        waiting: list[tuple[Columns, int]] = [((), a)]
        for _ in range(MOST_LISTS):
            columns, position = waiting.pop(0) if waiting else ((), len(s.tokens))
            for column, end in [*s.column(position), *periods(s, position)]:
                if column not in columns:
                    yield Grouped((*columns, column)), end
                    waiting += [((*columns, column), joined) for joined in _ands(s, end)]
    for period, end in s.role(at, Role.PERIODICAL):
        yield from ((Grouped((column,)), end) for column in in_periods(s, period))


def periods(s: Sentence, at: int) -> Iterator[tuple[Column, int]]:
    """ "month" is of the column of dates, unless a column is called so."""
    if s.named_in_full(at):
        return
    for period, a in s.role(at, Role.PERIOD):
        yield from ((column, a) for column in in_periods(s, period))
        for column, end in s.column(a):
            if column.kind == "date":
                yield column.by(period), end


def in_periods(s: Sentence, period: str) -> list[Column]:
    return [column.by(period) for column in calendars(s) if column.kind == "date"]


def _shares(s: Sentence, at: int) -> Iterator[tuple[Part, int]]:
    for _, a in s.role(at, Role.SHARE):
        for base, b in _described(s, a):
            yield Share(condition=base), b
            for start in s.starts(b):
                for c in s.next_is(start, Role.VERB):
                    for condition, end in _described(s, c):
                        if condition:
                            yield Share(base, condition), end
                # "have" is the verb and part of the condition: have a COLUMN.
                for kept, end in conditions(s, start) if s.next_is(start, Role.HAVE) else ():
                    yield Share(base, kept.filters), end


def _described(s: Sentence, at: int) -> Iterator[tuple[tuple[Filter, ...], int]]:
    """Words for rows and conditions, in any order, joined or not."""
    seen = set[tuple[tuple[Filter, ...], int]]()
    waiting = list[tuple[tuple[Filter, ...], int]]([((), at)])
    while waiting:
        state = waiting.pop()
        if state in seen or len(seen) > MOST_LISTS:
            continue
        seen.add(state)
        filters, position = state
        yield state
        waiting += [(filters, end) for end in s.rows(position)]
        for start in {position, *_ands(s, position)}:
            waiting += [((*filters, *one.filters), end) for one, end in conditions(s, start)]
