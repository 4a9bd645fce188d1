"""The parts that a clause is made of, before it is known what they mean together."""

from dataclasses import dataclass
from typing import Literal

from replwright.llm.offline.lexicon import Role
from replwright.llm.offline.reading import Filter, Measure
from replwright.llm.offline.table import Column


@dataclass(frozen=True, slots=True)
class Measured:
    """What is to be computed. `extreme`: by a word such as "highest", which may also choose rows.

    `filters` are conditions in the middle of it: "the mean VALUE COLUMN".
    """

    measures: tuple[Measure, ...]
    extreme: bool = False
    filters: tuple[Filter, ...] = ()


@dataclass(frozen=True, slots=True)
class Bare:
    """Columns without a function."""

    columns: tuple[Column, ...]


@dataclass(frozen=True, slots=True)
class Grouped:
    """ "by COLUMN and COLUMN"."""

    columns: tuple[Column, ...]


@dataclass(frozen=True, slots=True)
class By:
    """ "by mean COLUMN": what a ranking or a comparison goes by."""

    measure: Measure


@dataclass(frozen=True, slots=True)
class Kept:
    """Conditions; `joined` tells by which word several values were."""

    filters: tuple[Filter, ...]
    joined: Literal["", "and", "or", "versus"] = ""


@dataclass(frozen=True, slots=True)
class Beside:
    """A condition on a number that is computed first: near, over or under `function` of `reference`.

    Without a function it is the number that the clause before found.
    """

    operator: str
    column: Column | None = None
    function: str = ""
    reference: Column | None = None


@dataclass(frozen=True, slots=True)
class Head:
    """ "top 5 COLUMN", "bottom 3 rows"."""

    highest: bool
    count: int | None = None
    column: Column | None = None


@dataclass(frozen=True, slots=True)
class Some:
    """ "3 COLUMN", "5 rows"."""

    count: int
    column: Column | None = None


@dataclass(frozen=True, slots=True)
class Extreme:
    """ "the highest mean COLUMN", "the most rows", "the oldest": one that a ranking goes by."""

    highest: bool
    measure: Measure
    count: int | None = None
    column: Column | None = None
    of_rows: bool = False
    filters: tuple[Filter, ...] = ()


@dataclass(frozen=True, slots=True)
class Share:
    """ "what share of BASE are CONDITION"."""

    base: tuple[Filter, ...] = ()
    condition: tuple[Filter, ...] = ()


@dataclass(frozen=True, slots=True)
class Rows:
    """A word for the table's rows."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A word that says what kind of question it is, or joins parts."""

    role: Role


Part = Measured | Bare | Grouped | By | Kept | Beside | Head | Some | Extreme | Share | Rows | Mark
