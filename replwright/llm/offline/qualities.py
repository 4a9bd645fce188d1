"""Words that name a column by what it measures ("older" an age), or a value by another word ("women" an F)."""

from collections.abc import Sequence

from replwright.llm.offline.lexicon import Role
from replwright.llm.offline.table import Column, Table, folded
from replwright.llm.offline.words import same_word

# Nouns of the columns; more, less, most, least of it.
_QUALITIES = (
    ("age", "older", "younger", "oldest", "youngest"),
    ("height", "taller", "shorter", "tallest", "shortest"),
    ("weight mass", "heavier", "lighter", "heaviest", "lightest"),
    ("length duration", "longer", "shorter", "longest", "shortest"),
    ("speed", "faster", "slower", "fastest", "slowest"),
    ("temperature", "hotter warmer", "colder cooler", "hottest warmest", "coldest coolest"),
    ("depth", "deeper", "shallower", "deepest", "shallowest"),
)
_VERBS = (
    ("earn earns earning earned", "salary wage income pay earnings compensation"),
    ("aged", "age"),
)
_SEXES = (frozenset({"women", "woman", "female", "females", "f"}), frozenset({"men", "man", "male", "males", "m"}))
_NEITHER = frozenset({"other", "x", "unknown", "diverse", "nonbinary", "non-binary", "d"})
_DATE_WORDS = frozenset({"date", "at", "on", "day", "time"})


def compared(word: str, table: Table) -> list[tuple[Role, str, Column]]:
    """What a comparative or superlative says of which column: (role, `>` or `<` or `max` or `min`, column)."""
    found = []
    for nouns, *forms in _QUALITIES:
        meanings = ((Role.LARGER, ">"), (Role.LARGER, "<"), (Role.LARGEST, "max"), (Role.LARGEST, "min"))
        for (role, detail), spelled in zip(meanings, forms, strict=True):
            if word in spelled.split():
                found += [(role, detail, column) for column in _measuring(nouns.split(), table)]
    return found


def verbs(word: str, table: Table) -> list[Column]:
    """The columns that a verb form names: "earning" a salary, "ordered" an order date."""
    found = [column for forms, nouns in _VERBS if word in forms.split() for column in _measuring(nouns.split(), table)]
    for column in table.columns:
        first, *rest = column.words or ("",)
        if column.kind == "date" and len(rest) == 1 and rest[0] in _DATE_WORDS:
            forms = {first + "d", first + "ed", first.removesuffix("y") + "ied", first if first.endswith("ed") else ""}
            found += [column] if word in forms else []
    return found


def sexes(word: str, table: Table) -> list[tuple[str, Column]]:
    """The value that "women" or "men" stands for, in columns that hold nothing but sexes."""
    meant = next((words for words in _SEXES if word in words), None)
    found = []
    for column in table.columns:
        cells = {folded(value) for value in column.values or ()}
        if meant and cells and cells <= _SEXES[0] | _SEXES[1] | _NEITHER:
            found += [(value, column) for value in column.values or () if folded(value) in meant]
    return found


def _measuring(nouns: Sequence[str], table: Table) -> list[Column]:
    numbers = [column for column in table.columns if column.kind == "number"]
    return [column for column in numbers if any(same_word(noun, word) for noun in nouns for word in column.core)]
