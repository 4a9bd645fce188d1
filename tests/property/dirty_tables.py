"""Hypothesis strategies for dirty tables, with the truth behind every cell."""

import io
from dataclasses import dataclass
from typing import Any

import pandas as pd
from hypothesis import strategies as st

# Names as files have them; no two share a word, so that every question is unambiguous.
NUMBER_NAMES = ("cost", "max load", "unitWeight", "Speed (knots)", "number_of_doors", "taux-de-change", "höhe")
LABEL_NAMES = ("color", "Home City", "kind_of_thing", "Größe", "it's owner", "depot]; import os #")
VALUES = ("red", "dark blue", "New York", "St. Louis", "O'Neil", "Ümlaut", "green")
JUNK = ("unknown", "call us", "tbd", "-", "??", "1,2", "12k")
BLANKS = ("", "   ")


@dataclass(frozen=True)
class Column:
    """`truth` holds floats or folded labels, None where a cell is unusable; `texts` what the file says."""

    name: str
    is_number: bool
    truth: tuple[Any, ...]
    texts: tuple[str, ...]


@dataclass(frozen=True)
class DirtyTable:
    columns: tuple[Column, ...]

    @property
    def truth(self) -> pd.DataFrame:
        return pd.DataFrame({column.name: pd.Series(column.truth, dtype=object) for column in self.columns})

    @property
    def frame(self) -> pd.DataFrame:
        """The table as pandas reads the file."""
        file = io.StringIO()
        pd.DataFrame({column.name: column.texts for column in self.columns}).to_csv(file, index=False)
        file.seek(0)
        return pd.read_csv(file)

    def of(self, is_number: bool) -> list[Column]:
        return [column for column in self.columns if column.is_number is is_number]


@st.composite
def tables(draw: st.DrawFn) -> DirtyTable:
    """Two to four columns, at least one of numbers and one of labels; some rows repeat earlier ones."""
    size = draw(st.integers(3, 25))
    numbers = draw(st.lists(st.sampled_from(NUMBER_NAMES), min_size=1, max_size=2, unique=True))
    labels = draw(st.lists(st.sampled_from(LABEL_NAMES), min_size=1, max_size=2, unique=True))
    made = [draw(_numbers(name, size)) for name in numbers] + [draw(_labels(name, size)) for name in labels]
    repeated = draw(st.lists(st.integers(0, size - 1), max_size=4))
    rows = [*range(size), *repeated]
    picked = (
        Column(c.name, c.is_number, tuple(c.truth[r] for r in rows), tuple(c.texts[r] for r in rows)) for c in made
    )
    return DirtyTable(tuple(draw(st.permutations(list(picked)))))


@st.composite
def _numbers(draw: st.DrawFn, name: str, size: int) -> Column:
    whole = draw(st.booleans())
    drawn = st.integers(-5_000, 2_000_000).map(float) if whole else st.integers(-10_000, 10**7).map(lambda n: n / 100)
    style = draw(st.sampled_from(("plain", "plain", "currency", "unit")))
    cells: list[tuple[float | None, str]] = []
    for at in range(size):
        number = draw(drawn)
        # Most cells must be numbers, or the column is none.
        fate = "number" if at < 2 or at * 3 < size else draw(st.sampled_from(("number", "number", "blank", "junk")))
        if fate == "number":
            cells.append((number, _written(number, style, draw(st.booleans()))))
        else:
            cells.append((None, draw(st.sampled_from(BLANKS if fate == "blank" else JUNK))))
    return Column(name, True, tuple(cell for cell, _ in cells), tuple(text for _, text in cells))


def _written(number: float, style: str, grouped: bool) -> str:
    digits = f"{abs(number):,.10g}" if grouped else f"{abs(number):.10g}"
    sign = "-" if number < 0 else ""
    match style:
        case "currency":
            return f"{sign}${digits}"
        case "unit":
            return f" {sign}{digits} kg"
    return f"{sign}{digits}"


@st.composite
def _labels(draw: st.DrawFn, name: str, size: int) -> Column:
    values = draw(st.lists(st.sampled_from(VALUES), min_size=1, max_size=4, unique=True))
    cells: list[tuple[str | None, str]] = []
    for at in range(size):
        if at and draw(st.integers(0, 9)) == 0:
            cells.append((None, draw(st.sampled_from(BLANKS))))
            continue
        value = draw(st.sampled_from(values))
        dirt = draw(st.sampled_from((str, str, str.upper, str.title, lambda text: f" {text}  ")))
        cells.append((value.casefold(), dirt(value)))
    return Column(name, False, tuple(cell for cell, _ in cells), tuple(text for _, text in cells))
