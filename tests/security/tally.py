"""The table of families by engines: how many attacks were made, and how many reached their goal."""

from collections import Counter
from dataclasses import dataclass, field

import pytest


@dataclass
class Tally:
    """Counts by (engine and user, family)."""

    made: Counter[tuple[str, str]] = field(default_factory=Counter)
    reached: Counter[tuple[str, str]] = field(default_factory=Counter)
    unwritable: Counter[tuple[str, str]] = field(default_factory=Counter)

    def note(self, engine: str, family: str, *, reached: bool = False, writable: bool = True) -> None:
        cell = engine, family
        if not writable:
            self.unwritable[cell] += 1
            return
        self.made[cell] += 1
        self.reached[cell] += reached

    def lines(self) -> list[str]:
        cells = [*self.made, *self.unwritable]
        engines, families = sorted({engine for engine, _ in cells}), list(dict.fromkeys(family for _, family in cells))
        rows = [["attacks (reached / made; not writable in this engine)", *engines]]
        rows += [[family, *(self._cell(engine, family) for engine in engines)] for family in families]
        rows += [["all", *(self._sum(engine) for engine in engines)]]
        widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
        return ["  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)) for row in rows]

    def _cell(self, engine: str, family: str) -> str:
        return _shown(*(counts[engine, family] for counts in (self.reached, self.made, self.unwritable)))

    def _sum(self, engine: str) -> str:
        columns = (self.reached, self.made, self.unwritable)
        return _shown(*(sum(n for (each, _), n in counts.items() if each == engine) for counts in columns))


def _shown(reached: int, made: int, unwritable: int) -> str:
    return f"{reached} / {made}" + (f"; {unwritable}" if unwritable else "") if made or unwritable else "-"


TALLY = pytest.StashKey[Tally]()
