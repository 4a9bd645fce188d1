"""One step of an actor is one statement or one commit; two steps are independent if neither can notice the other."""

import re
from dataclasses import dataclass

from models.tables import Base

_NAMES = re.compile(r"\b(" + "|".join(sorted(Base.metadata.tables, key=len, reverse=True)) + r")\b")


@dataclass(frozen=True, slots=True)
class Step:
    """What an actor is about to do. `reads` and `writes` are tables; a commit writes what its transaction wrote."""

    what: str
    reads: frozenset[str]
    writes: frozenset[str]
    is_commit: bool = False

    def __str__(self) -> str:
        return self.what


def statement(sql: str) -> Step:
    """The step of a statement. A lock is a write: it waits, and makes wait."""
    tables = frozenset(_NAMES.findall(sql))
    what = " ".join(sql.split())[:70]
    if sql.split(None, 1)[0].upper() == "SELECT" and "FOR NO KEY UPDATE" not in sql:
        return Step(what, tables, frozenset())
    return Step(what, tables, tables)


def commit(written: frozenset[str]) -> Step:
    return Step("COMMIT", frozenset(), written, is_commit=True)


def independent(one: Step, other: Step) -> bool:
    """Whether either order of the two leads to the same, at READ COMMITTED.

    What a transaction wrote is seen by others at its commit alone; before that it can only make them wait.
    """
    if one.is_commit or other.is_commit:
        if one.is_commit and other.is_commit:
            return True
        done, next_ = (one, other) if one.is_commit else (other, one)
        return not done.writes & (next_.reads | next_.writes)
    return not one.writes & other.writes
