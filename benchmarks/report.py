"""Prints what was measured, as medians, spread and ratios within one run, and writes it beside as JSON."""

import json
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

OUT = Path(__file__).parent / "out"


@dataclass(frozen=True, slots=True)
class Measured:
    """Samples of one thing, in `unit`. `against` names the measurement of this run that it is compared with."""

    name: str
    unit: str
    samples: Sequence[float]
    against: str | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    name: str
    unit: str
    median: float
    low: float
    p95: float
    high: float
    count: int
    ratio: float | None
    against: str | None
    note: str = field(default="")


def rows(measured: Sequence[Measured]) -> list[Row]:
    """The table. A ratio is of medians."""
    medians = {each.name: statistics.median(each.samples) for each in measured}
    return [
        Row(
            each.name,
            each.unit,
            medians[each.name],
            min(each.samples),
            sorted(each.samples)[min(len(each.samples) - 1, int(len(each.samples) * 0.95))],
            max(each.samples),
            len(each.samples),
            medians[each.name] / medians[each.against] if each.against else None,
            each.against,
            each.note,
        )
        for each in measured
    ]


def _short(figure: float) -> str:
    """Three digits, or all before the point."""
    return f"{figure:.0f}" if figure >= 100 else f"{figure:.1f}" if figure >= 10 else f"{figure:.2g}"


def publish(question: str, measured: Sequence[Measured]) -> None:
    """To the terminal and to benchmarks/out/<question>.json."""
    table = rows(measured)
    print(f"\n{question}")
    print(f"  {'':<50}{'median':>9}{'min':>9}{'p95':>9}{'max':>9}{'n':>5}  ratio")
    for row in table:
        ratio = f"{_short(row.ratio)} x {row.against}" if row.ratio is not None else ""
        figures = "".join(f"{_short(one):>9}" for one in (row.median, row.low, row.p95, row.high))
        print(f"  {row.name:<50}{figures}{row.count:>5}  {ratio} [{row.unit}]")
        if row.note:
            print(f"    {row.note}")
    OUT.mkdir(exist_ok=True)
    (OUT / f"{question}.json").write_text(json.dumps([asdict(row) for row in table], indent=1))
