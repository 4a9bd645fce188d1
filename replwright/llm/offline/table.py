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
    """`values` lists every value of a text column of few, else it is None; `as_text`: its numbers stand as text."""

    name: str
    kind: Kind
    values: tuple[str, ...] | None = None
    as_text: bool = False

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
    kind: Kind = next((kind for kind, names in _KINDS if any(name in told for name in names)), "text")
    listed = ["True", "False"] if told == "boolean" else profile.get("values")
    values = tuple(str(value) for value in listed) if kind == "text" and isinstance(listed, list) else None
    as_text = profile.get("numeric_text") is True
    return Column(str(profile["name"]), "number" if as_text else kind, values, as_text)


def folded(value: str) -> str:
    """How values are compared: case and spare spaces do not count."""
    return " ".join(value.split()).casefold()
