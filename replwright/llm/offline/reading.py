"""What a question was read as: plain values that the code is made from, and the echo that the user is shown."""

from dataclasses import dataclass
from typing import Literal

from replwright.llm.offline.table import Column, Table

Kind = Literal["aggregate", "rows", "relative", "distribution", "correlation"]
SUMMARY = ("count", "mean", "median", "min", "max")


@dataclass(frozen=True, slots=True)
class Measure:
    """`function` of a column; without a column it counts rows."""

    function: str
    column: Column | None = None

    def __str__(self) -> str:
        return f"{self.function}({self.column.name})" if self.column else "count of rows"


@dataclass(frozen=True, slots=True)
class Filter:
    """`operator` is one of > < >= <= == between near in missing; `negated` turns it around."""

    column: Column
    operator: str
    numbers: tuple[float, ...] = ()
    values: tuple[str, ...] = ()
    negated: bool = False

    def __str__(self) -> str:
        shown = [f"{number:g}" if abs(number) < 1e6 else f"{number:.0f}" for number in self.numbers]
        match self.operator:
            case "in":
                verb = "is not" if self.negated else "is"
                return f"{self.column.name} {verb} {' or '.join(self.values)}"
            case "missing":
                return f"{self.column.name} is {'not ' if self.negated else ''}missing"
            case "between":
                return f"{self.column.name} {'not ' if self.negated else ''}between {shown[0]} and {shown[1]}"
            case "near":
                return f"{self.column.name} within {NEAR_SHARE:.0%} of {shown[0]}"
        return f"{'not ' if self.negated else ''}{self.column.name} {self.operator} {shown[0]}"


NEAR_SHARE = 0.1


@dataclass(frozen=True, slots=True)
class Relative:
    """Rows whose `column` is near (within 10 %), > or < the `reference`, which an earlier task computes."""

    column: Column
    operator: str
    reference: Measure
    filters: tuple[Filter, ...] = ()

    def __str__(self) -> str:
        how = f"within {NEAR_SHARE:.0%} of" if self.operator == "near" else self.operator
        return f"{self.column.name} {how} {self.reference}"


@dataclass(frozen=True, slots=True)
class Top:
    """The first `count` by the first measure (groups) or by `key` (rows), from the highest or the lowest."""

    count: int
    highest: bool
    key: Column | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """One question on one table. Each of `groupings` becomes a REPL task of its own; () is "overall"."""

    table: Table
    kind: Kind
    measures: tuple[Measure, ...] = ()
    groupings: tuple[tuple[Column, ...], ...] = ((),)
    filters: tuple[Filter, ...] = ()
    top: Top | None = None
    relative: Relative | None = None
    columns: tuple[Column, ...] = ()
    compares: bool = False
    in_order: bool = False


def echo(reading: Reading) -> str:
    """How the question was read, in one line."""
    what = ", ".join(str(measure) for measure in reading.measures)
    if reading.kind in ("rows", "relative") and not what:
        what = "rows" if not reading.top else ""
    if reading.columns:
        names = " and ".join(column.name for column in reading.columns)
        what = f"{reading.kind} of {names}"
    parts = [what] if what else []
    if reading.top:
        side = "highest" if reading.top.highest else "lowest"
        by = reading.top.key.name if reading.top.key else ""
        many = f"{reading.top.count} rows" if reading.top.count > 1 else "row"
        parts.insert(0, f"the {many} with the {side} {by}" if by else f"the {reading.top.count} {side}")
    ways = [" and ".join(column.name for column in grouping) for grouping in reading.groupings if grouping]
    if ways:
        parts.append("by " + "; and by ".join(ways))
    conditions = [str(condition) for condition in reading.filters]
    if reading.relative:
        conditions.append(str(reading.relative))
    if conditions:
        parts.append("where " + " and ".join(conditions))
    return " ".join(parts) + f", in {reading.table.name}"
