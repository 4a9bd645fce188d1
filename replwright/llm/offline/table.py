"""A table as its profile describes it. Profiles come from files: every field is checked before it is used."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from replwright.llm.offline.words import words_of

Kind = Literal["number", "date", "text"]
_KINDS: tuple[tuple[Kind, tuple[str, ...]], ...] = (
    ("date", ("date", "time")),
    ("number", ("int", "float", "number", "numeric", "decimal", "double")),
)


@dataclass(frozen=True, slots=True)
class Column:
    """`values` lists every value of a text column with few of them, else it is None."""

    name: str
    kind: Kind
    values: tuple[str, ...] | None = None

    @property
    def words(self) -> tuple[str, ...]:
        return words_of(self.name)


@dataclass(frozen=True, slots=True)
class Table:
    name: str
    columns: tuple[Column, ...]

    @property
    def nouns(self) -> tuple[str, ...]:
        """The words of the table's name, which people use for its rows."""
        return tuple(word for word in words_of(self.name) if not word.isdigit())


def table_of(profile: Mapping[str, Any]) -> Table:
    """From one entry of the prompt's `inputs`."""
    return Table(str(profile["name"]), tuple(_column(column) for column in profile["columns"]))


def _column(profile: Mapping[str, Any]) -> Column:
    told = str(profile.get("type", "")).lower()
    kind = next((kind for kind, names in _KINDS if any(name in told for name in names)), "text")
    if profile.get("numeric_text") is True:
        kind = "number"
    listed = profile.get("values")
    values = tuple(str(value) for value in listed) if kind == "text" and isinstance(listed, list) else None
    return Column(str(profile["name"]), kind, values)


def folded(value: str) -> str:
    """How values are compared: case and spare spaces do not count."""
    return " ".join(value.split()).casefold()
