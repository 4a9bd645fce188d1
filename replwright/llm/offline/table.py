"""A table as its profile describes it. Profiles come from files: every field is checked before it is used."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from replwright.llm.offline.words import words_of

Kind = Literal["number", "date", "text"]
_KINDS: tuple[tuple[Kind, tuple[str, ...]], ...] = (
    ("date", ("date", "time")),
    ("number", ("int", "float", "number", "numeric", "decimal", "double")),
)
_IN_BRACKETS = re.compile(r"[(\[{].*?[)\]}]")
UNITS = frozenset(
    {"usd", "eur", "gbp", "chf", "jpy", "kg", "g", "lb", "lbs", "t", "km", "mi", "m", "cm", "mm", "ft", "c", "f", "l"}
    | {"pct", "percent", "hours", "hrs", "h", "minutes", "mins", "seconds", "secs", "s", "ms", "kwh", "mph", "kmh"}
)
YES_NO = ("True", "False")
IDENTIFIERS = frozenset({"id", "no", "number", "nr", "key", "code"})


@dataclass(frozen=True, slots=True)
class Column:
    """`values` lists every value of a text column of few, else it is None; `as_text`: its numbers stand as text."""

    name: str
    kind: Kind
    values: tuple[str, ...] | None = None
    as_text: bool = False

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


@dataclass(frozen=True, slots=True)
class Table:
    """`nouns` are the words that people use for its rows."""

    name: str
    columns: tuple[Column, ...]
    nouns: tuple[str, ...] = ()


def table_of(profile: Mapping[str, Any]) -> Table:
    """From one entry of the prompt's `inputs`."""
    name = str(profile["name"])
    nouns = [word for word in words_of(name) if not word.isdigit()]
    for column in profile["columns"]:
        # A column such as "crate_id" without repeats says what a row is.
        words = words_of(str(column["name"]))
        identifies = column.get("distinct") == profile.get("rows") and not column.get("missing")
        if len(words) == 2 and words[1] in IDENTIFIERS and identifies:
            nouns.append(words[0])
    return Table(name, tuple(_column(column) for column in profile["columns"]), tuple(nouns))


def _column(profile: Mapping[str, Any]) -> Column:
    told = str(profile.get("type", "")).lower()
    kind: Kind = next((kind for kind, names in _KINDS if any(name in told for name in names)), "text")
    listed = list(YES_NO) if told == "boolean" else profile.get("values")
    values = tuple(str(value) for value in listed) if kind == "text" and isinstance(listed, list) else None
    as_text = profile.get("numeric_text") is True
    return Column(str(profile["name"]), "number" if as_text else kind, values, as_text)


def folded(value: str) -> str:
    """How values are compared: case and spare spaces do not count."""
    return " ".join(value.split()).casefold()
