"""The parts of a clause while their meaning is being put together; what nobody took is refused."""

from collections.abc import Sequence
from typing import TypeVar

from replwright.llm.offline.lexicon import Role
from replwright.llm.offline.parts import Grouped, Mark, Part
from replwright.llm.offline.refused import Refused
from replwright.llm.offline.table import Column

P = TypeVar("P")


class Bag:
    def __init__(self, parts: Sequence[Part]) -> None:
        self._parts = list(parts)
        self._left = list(parts)

    def holds(self, *kinds: type[Part]) -> bool:
        return any(isinstance(part, kinds) for part in self._left)

    def every(self, kind: type[P]) -> list[P]:
        """All parts of a kind, taken out."""
        found: list[P] = [part for part in self._left if isinstance(part, kind)]
        self._left = [part for part in self._left if not isinstance(part, kind)]
        return found

    def one(self, kind: type[P]) -> P | None:
        """The only part of a kind, taken out. Raises Refused if there are more."""
        found = self.every(kind)
        if len(found) > 1:
            raise Refused("this asks for several things at once: ask for one after the other")
        return found[0] if found else None

    def mark(self, *roles: Role) -> bool:
        """Whether such a word is there; it is taken out."""
        found = [part for part in self._left if isinstance(part, Mark) and part.role in roles]
        self._left = [part for part in self._left if part not in found]
        return bool(found)

    def holds_mark(self, *roles: Role) -> bool:
        return any(isinstance(part, Mark) and part.role in roles for part in self._left)

    def before(self, kind: type[Part], other: Part) -> bool:
        """Whether a part of the kind stands before the other."""
        return any(isinstance(part, kind) for part in self._parts[: self._parts.index(other)])

    def groupings(self) -> tuple[tuple[Column, ...], ...]:
        """ "by A and by B" is two groupings, "by A per B" and "by A and B" one by both; ((),) is none."""
        found: list[tuple[Column, ...]] = []
        for at, part in enumerate(self._parts):
            if not isinstance(part, Grouped):
                continue
            if any(column in grouping for grouping in found for column in part.columns):
                raise Refused("grouped twice by one column: ask for one thing after the other", weight=2)
            joined = at > 0 and self._parts[at - 1] == Mark(Role.AND)
            if found and not joined:
                found[-1] = tuple(dict.fromkeys((*found[-1], *part.columns)))
            else:
                found.append(part.columns)
        self.every(Grouped)
        return tuple(dict.fromkeys(found)) or ((),)

    def empty(self) -> None:
        """Raises Refused if a part that carries meaning is left."""
        self.mark(Role.AND)
        if self._left:
            raise Refused("the parts of this question do not fit together", weight=0)
