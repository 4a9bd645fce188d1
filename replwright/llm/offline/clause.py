"""A clause of the question while it is being read: its items, and which of them are used up."""

from collections.abc import Iterable, Sequence

from replwright.llm.offline.bind import Item, Refused
from replwright.llm.offline.lexicon import SOFT, Role
from replwright.llm.offline.table import Column


class Clause:
    """Every item that carries meaning must be used exactly once; what is left at the end is refused."""

    def __init__(self, items: Sequence[Item]) -> None:
        self.items = list(items)
        self._used: set[int] = set()

    def role(self, at: int) -> Role | None:
        """The role of the unused item there."""
        return self.was(at) if at not in self._used else None

    def was(self, at: int) -> Role | None:
        return self.items[at].role if 0 <= at < len(self.items) else None

    def used(self, at: int) -> bool:
        return at in self._used

    def use(self, *positions: int) -> None:
        self._used.update(positions)

    def positions(self, *roles: Role) -> list[int]:
        return [at for at in range(len(self.items)) if self.role(at) in roles]

    def has(self, *roles: Role) -> bool:
        return bool(self.positions(*roles))

    def take(self, *roles: Role) -> bool:
        """Whether such an item is there; all of them are used up."""
        found = self.positions(*roles)
        self.use(*found)
        return bool(found)

    def take_column(self, at: int) -> Column:
        self.use(at)
        return only(self.items[at])

    def take_not(self, at: int) -> bool:
        if self.role(at) is not Role.NOT:
            return False
        self.use(at)
        return True

    def take_not_before(self, at: int) -> bool:
        """A negation before a value, with its column or `=` between them or not."""
        while self.was(at - 1) in (Role.EQUALS, Role.COLUMN) and self.used(at - 1):
            at -= 1
        return self.take_not(at - 1)

    def numbers_after(self, at: int, count: int) -> list[Item]:
        found = [i for i in range(at + 1, min(at + 2 * count, len(self.items))) if self.role(i) is Role.NUMBER]
        between = {self.was(i) for i in range(at + 1, found[-1])} if found else set()
        if len(found) != count or not between <= {Role.NUMBER, Role.AND}:
            raise Refused(f"{self.items[at].raw!r} needs {count} numbers after it")
        return [self.items[i] for i in found]

    def column_beside(self, start: int, end: int) -> Column:
        """The column just before a condition, else just after it; it is used up."""
        before = start - 1
        while self.role(before) in (Role.EQUALS, Role.NOT):
            before -= 1
        grouped = self.was(before - 1) is Role.GROUP
        if self.role(before) is Role.COLUMN and not grouped:
            self.use(*(at for at in range(before, start) if self.role(at) is Role.EQUALS))
            return self.take_column(before)
        if self.role(end + 1) is Role.COLUMN:
            return self.take_column(end + 1)
        said = " ".join(item.raw for item in self.items[start : end + 1])
        raise Refused(f"which column is {said!r} about? name it just before")

    def values_end(self, at: int) -> int:
        """The last of the values that are listed from here on: "A, B or C", all of one column."""
        end, columns = at, set(self.items[at].columns)
        while self.role(end + 1) in (Role.AND, Role.OR, Role.VALUE):
            step = 1 if self.role(end + 1) is Role.VALUE else 2
            if self.role(end + step) is not Role.VALUE or not columns & set(self.items[end + step].columns):
                break
            end += step
            columns &= set(self.items[end].columns)
        return end

    def column_of_values(self, at: int, end: int) -> Column:
        """The column that all values from `at` to `end` stand in; one named beside them decides."""
        holders = [c for c in self.items[at].columns if all(c in self.items[i].columns for i in self._values(at, end))]
        before = at - 2 if self.role(at - 1) is Role.EQUALS else at - 1
        for beside in (before, end + 1):
            if self.role(beside) is not Role.COLUMN or self.was(beside - 1) is Role.GROUP:
                continue
            named = [column for column in holders if column in self.items[beside].columns]
            if len(named) == 1:
                self.use(beside, *([at - 1] if before == at - 2 else []))
                return named[0]
        if len(holders) > 1:
            names = ", ".join(repr(column.name) for column in holders)
            raise Refused(f"{self.items[at].raw!r} stands in several columns: {names}; name the one you mean", 0)
        return holders[0]

    def _values(self, at: int, end: int) -> Iterable[int]:
        return (i for i in range(at, end + 1) if self.items[i].role is Role.VALUE)

    def finish(self) -> None:
        """Raises Refused if an item that carries meaning is left."""
        left = [item for at, item in enumerate(self.items) if at not in self._used and item.role not in SOFT]
        left = [item for item in left if item.role is not Role.EQUALS]
        if left:
            said = ", ".join(repr(item.raw) for item in left)
            raise Refused(f"I cannot tell what {said} is for in this question")


def only(item: Item) -> Column:
    """The one column that an item means. Raises Refused with the candidates."""
    if len(item.columns) > 1:
        names = ", ".join(repr(column.name) for column in item.columns)
        raise Refused(f"{item.raw!r} may be any of these columns: {names}; write the whole name in double quotes", 0)
    return item.columns[0]
