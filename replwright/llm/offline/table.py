"""A table as its profile describes it. Profiles come from files: every field is checked before it is used."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from replwright.llm.offline.lexicon import CALENDAR_NOUN
from replwright.llm.offline.words import same_word, words_of

Kind = Literal["number", "date", "text"]
_KINDS: tuple[tuple[Kind, tuple[str, ...]], ...] = (
    ("date", ("date", "time")),
    ("number", ("int", "float", "number", "numeric", "decimal", "double")),
)
_IN_BRACKETS = re.compile(r"[(\[{].*?[)\]}]")
UNITS = frozenset(
    {"usd", "eur", "gbp", "chf", "jpy", "kg", "g", "lb", "lbs", "t", "km", "mi", "m", "cm", "mm", "ft", "c", "f", "l"}
    | {"pct", "percent", "hours", "hrs", "hr", "h", "minutes", "mins", "seconds", "secs", "sec", "s", "ms"}
    | {"kwh", "mph", "kmh", "days", "weeks", "months", "pc", "ly", "au", "hpa", "mb", "gb", "w", "kw"}
)
YES_NO = ("True", "False")
_YES = frozenset({"yes", "y", "true", "t"})
_NO = frozenset({"no", "n", "false", "f"})
IDENTIFIERS = frozenset({"id", "no", "number", "nr", "key", "code", "name", "title"})
CUT = "\u2026"


@dataclass(frozen=True, slots=True)
class Column:
    """`values` lists every value of a text column of few, else it is None; `as_text`: its numbers stand as text.

    `position` addresses it, as a name may be cut or stand twice. `yes` is the value that a column of yes and no has
    for yes; `unique`: no value is missing or repeats; `low` and `high` are its range, where it is known. A column of
    dates with a `period` stands for their days, months and so on. `twins`: another column has the same name.
    """

    name: str
    kind: Kind
    values: tuple[str, ...] | None = None
    as_text: bool = False
    position: int = 0
    yes: str | None = None
    unique: bool = False
    low: float | None = None
    high: float | None = None
    period: str = ""
    twins: bool = False

    def __str__(self) -> str:
        return f"{self.name} ({self.period})" if self.period else self.name

    @property
    def key(self) -> str:
        """Its name in the code, which no other column has."""
        return f"{self.name} (column {self.position + 1})" if self.twins else self.name

    @property
    def words(self) -> tuple[str, ...]:
        return words_of(self.name)

    @property
    def core(self) -> tuple[str, ...]:
        """The name's words without units: "unit cost (USD)" and "unit_cost_usd" are unit, cost."""
        words = list(words_of(_IN_BRACKETS.sub(" ", self.name)))
        while len(words) > 1 and words[-1] in UNITS:
            words.pop()
        return tuple(words)

    def by(self, period: str) -> "Column":
        """Its days, months and so on, of dates."""
        return replace(self, period=period)

    @property
    def is_calendar(self) -> bool:
        """Whether it places its rows in time: dates, or numbers of the calendar."""
        core = self.core
        return self.kind == "date" or (self.kind == "number" and bool(core) and same_word(core[-1], CALENDAR_NOUN))

    @property
    def units(self) -> frozenset[str]:
        """The words of its name that are units."""
        return frozenset(self.words) & UNITS


@dataclass(frozen=True, slots=True)
class Table:
    """`nouns` are the words that people use for its rows."""

    name: str
    columns: tuple[Column, ...]
    nouns: tuple[str, ...] = ()


def table_of(profile: Mapping[str, Any]) -> Table:
    """From one entry of the prompt's `inputs`."""
    name = str(profile["name"])
    columns = tuple(_column(column, at, profile.get("rows")) for at, column in enumerate(profile["columns"]))
    names = [column.name for column in columns]
    columns = tuple(replace(column, twins=names.count(column.name) > 1) for column in columns)
    nouns = [word for word in words_of(name) if not word.isdigit()]
    for column in columns:
        # A column such as "crate_id" or "crate" without repeats says what a row is.
        first, *rest = column.words or ("",)
        if column.unique and ((not rest and column.kind != "number") or (len(rest) == 1 and rest[0] in IDENTIFIERS)):
            nouns.append(first)
    return Table(name, columns, tuple(nouns))


def _column(profile: Mapping[str, Any], position: int, rows: Any) -> Column:
    told = str(profile.get("type", "")).lower()
    kind: Kind = next((kind for kind, names in _KINDS if any(name in told for name in names)), "text")
    listed = list(YES_NO) if told == "boolean" else profile.get("values")
    values = tuple(str(value) for value in listed) if kind == "text" and isinstance(listed, list) else None
    as_text = profile.get("numeric_text") is True
    low, high = _bound(profile.get("min")), _bound(profile.get("max"))
    return Column(
        str(profile["name"]),
        "number" if as_text else kind,
        values if values is None or not any(value.endswith(CUT) for value in values) else None,
        as_text,
        position,
        _yes(values, as_text, (low, high, profile.get("distinct")) == (0, 1, 2)),
        profile.get("distinct") == rows and rows != 0 and not profile.get("missing"),
        low,
        high,
    )


def _yes(values: Sequence[str] | None, as_text: bool, is_bit: bool) -> str | None:
    if is_bit:
        return "1"
    cells = {folded(value): value for value in values or ()}
    if as_text or not cells or not cells.keys() <= _YES | _NO:
        return None
    return next((value for cell, value in cells.items() if cell in _YES), None)


def _bound(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def folded(value: str) -> str:
    """How values are compared: case and spare spaces do not count."""
    return " ".join(value.split()).casefold()
