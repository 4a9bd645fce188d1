"""One step of an actor is one statement or one commit; two steps are independent if neither can notice the other."""

import re
from dataclasses import dataclass

from models.tables import Base

_NAMES = "|".join(sorted(Base.metadata.tables, key=len, reverse=True))
_TABLE = re.compile(rf"\b({_NAMES})\b")
_TARGET = re.compile(rf"\b(?:UPDATE|INSERT INTO|DELETE FROM) ({_NAMES})\b")
_LOCKING = re.compile("FOR (NO KEY )?UPDATE")


@dataclass(frozen=True, slots=True)
class Step:
    """What an actor is about to do, by tables. A commit makes its writes seen and gives its locks back."""

    what: str
    reads: frozenset[str] = frozenset()
    writes: frozenset[str] = frozenset()
    locks: frozenset[str] = frozenset()
    is_commit: bool = False

    def __str__(self) -> str:
        return self.what


def statement(sql: str) -> Step:
    """The step of a statement. What it writes it also locks: it may wait, and make others wait."""
    tables = frozenset(_TABLE.findall(sql))
    writes = frozenset(_TARGET.findall(sql))
    return Step(" ".join(sql.split())[:90], tables, writes, tables if _LOCKING.search(sql) else writes)


def commit(writes: frozenset[str], locks: frozenset[str]) -> Step:
    return Step("COMMIT", writes=writes, locks=locks, is_commit=True)


def independent(one: Step, other: Step) -> bool:
    """Whether either order of the two leads to the same, at READ COMMITTED.

    What a transaction wrote is seen by others at its commit alone; before that it can only make them wait.
    """
    if one.is_commit and other.is_commit:
        return True
    if one.is_commit or other.is_commit:
        done, next_ = (one, other) if one.is_commit else (other, one)
        return not (done.writes & next_.reads or done.locks & next_.locks)
    return not one.locks & other.locks
