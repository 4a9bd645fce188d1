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


def publish(question: str, measured: Sequence[Measured]) -> None:
    """To the terminal and to benchmarks/out/<question>.json."""
    table = rows(measured)
    print(f"\n{question}")
    print(f"  {'':<44}{'median':>10}{'min':>10}{'p95':>10}{'n':>5}  ratio")
    for row in table:
        ratio = f"{row.ratio:.1f} x {row.against}" if row.ratio is not None else ""
        print(
            f"  {row.name:<44}{row.median:>10.1f}{row.low:>10.1f}{row.p95:>10.1f}{row.count:>5}  {ratio} [{row.unit}]"
        )
        if row.note:
            print(f"    {row.note}")
    OUT.mkdir(exist_ok=True)
    (OUT / f"{question}.json").write_text(json.dumps([asdict(row) for row in table], indent=1))
