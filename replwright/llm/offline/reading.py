"""What a question was read as: plain values that the code is made from, and the echo that the user is shown."""

from dataclasses import dataclass
from typing import Literal

from replwright.llm.offline.table import Column, Table

Kind = Literal["aggregate", "rows", "relative", "distribution", "correlation", "share"]
SUMMARY = ("count", "mean", "median", "min", "max")
NEAR_SHARE = 0.1


@dataclass(frozen=True, slots=True)
class Measure:
    """`function` of a column; without a column it counts rows."""

    function: str
    column: Column | None = None

    def __str__(self) -> str:
        return f"{self.function}({self.column})" if self.column else "count of rows"


@dataclass(frozen=True, slots=True)
class Filter:
    """`operator` is one of > < >= <= == "one of" between near in missing, and for dates `dated` and month.

    `dated` keeps from the first day of `values` to before the second, an empty one is open; its number, if any, is the
    calendar number that the days are all of.
    """

    column: Column
    operator: str
    numbers: tuple[float, ...] = ()
    values: tuple[str, ...] = ()
    negated: bool = False

    def __str__(self) -> str:
        shown = [f"{number:g}" if abs(number) < 1e6 else f"{number:.0f}" for number in self.numbers]
        verb = "is not" if self.negated else "is"
        denied = "not " if self.negated else ""
        match self.operator:
            case "in":
                return f"{self.column} {verb} {' or '.join(self.values)}"
            case "one of":
                return f"{self.column} {verb} {' or '.join(shown)}"
            case "missing":
                return f"{self.column} {verb} missing"
            case "month":
                return f"the month of {self.column} {verb} {shown[0]}"
            case "dated":
                first, after = self.values
                ends = [f"from {first}" if first else "", f"before {after}" if after else ""]
                return f"{self.column} {denied}{' and '.join(end for end in ends if end)}"
            case "between":
                return f"{self.column} {denied}between {shown[0]} and {shown[1]}"
            case "near":
                return f"{self.column} {denied}within {NEAR_SHARE:.0%} of {shown[0]}"
        return f"{denied}{self.column} {self.operator} {shown[0]}"


@dataclass(frozen=True, slots=True)
class Relative:
    """Rows whose `column` is near (within 10 %), > or < the `reference`, which an earlier task computes."""

    column: Column
    operator: str
    reference: Measure
    filters: tuple[Filter, ...] = ()

    def __str__(self) -> str:
        how = f"within {NEAR_SHARE:.0%} of" if self.operator == "near" else self.operator
        where = f" where {' and '.join(map(str, self.filters))}" if self.filters else ""
        return f"{self.column} {how} {self.reference}{where}"


@dataclass(frozen=True, slots=True)
class Top:
    """The first `count` by the first measure (groups) or by `key` (rows), from the highest or the lowest."""

    count: int
    highest: bool
    key: Column | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """One question on one table. Each of `groupings` becomes a REPL task of its own; () is "overall".

    `condition` is what a share of the rows is counted by; `columns` those of a distribution, of a correlation, or
    the ones that are shown of rows.
    """

    table: Table
    kind: Kind
    measures: tuple[Measure, ...] = ()
    groupings: tuple[tuple[Column, ...], ...] = ((),)
    filters: tuple[Filter, ...] = ()
    top: Top | None = None
    relative: Relative | None = None
    columns: tuple[Column, ...] = ()
    condition: tuple[Filter, ...] = ()
    compares: bool = False
    in_order: bool = False

    @property
    def meaning(self) -> object:
        """Equal for readings that say the same."""
        groupings = frozenset(frozenset(grouping) for grouping in self.groupings)
        told = (self.table.name, self.kind, self.measures, groupings, frozenset(self.filters), self.top, self.relative)
        return (*told, self.columns, frozenset(self.condition), self.compares, self.in_order)


def echo(reading: Reading) -> str:
    """How the question was read, in one line."""
    parts = [part for part in (_ranked(reading), _what(reading)) if part]
    ways = [" and ".join(map(str, grouping)) for grouping in reading.groupings if grouping]
    if ways:
        parts.append("by " + "; and by ".join(ways) + ("; and overall" if () in reading.groupings else ""))
    conditions = [str(condition) for condition in reading.filters]
    if reading.relative:
        conditions.append(str(reading.relative))
        if reading.filters and not reading.relative.filters:
            conditions[-1] += " of all rows"
    if conditions:
        parts.append("where " + " and ".join(conditions))
    return " ".join(parts) + f", in {reading.table.name}"


def _ranked(reading: Reading) -> str:
    if reading.top is None:
        return ""
    side = "highest" if reading.top.highest else "lowest"
    if reading.top.key is None:
        return f"the {reading.top.count} {side}"
    return f"the {f'{reading.top.count} rows' if reading.top.count > 1 else 'row'} with the {side} {reading.top.key}"


def _what(reading: Reading) -> str:
    names = " and ".join(map(str, reading.columns))
    if reading.kind == "share":
        whole = " and ".join(map(str, reading.condition))
        among = "among the rows" if reading.filters else "among all rows"
        return f"share of rows where {whole}, {among}" if whole else f"share of rows, {among}"
    if reading.kind in ("distribution", "correlation"):
        return f"{reading.kind} of {names}"
    if reading.measures:
        return ", ".join(map(str, reading.measures))
    return "" if reading.top else f"{names} of rows" if names else "rows"
