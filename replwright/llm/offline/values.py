"""Values of a column in a row: "A", "A and B", "A, B or C", "A versus B"."""

from collections.abc import Iterator
from typing import Literal

from replwright.llm.offline.lexicon import Role
from replwright.llm.offline.parts import Kept
from replwright.llm.offline.reading import Filter
from replwright.llm.offline.sentence import Sentence
from replwright.llm.offline.table import Column, folded

Joined = Literal["", "and", "or", "versus"]
MOST_LISTS = 200
_STRENGTH: tuple[Joined, ...] = ("", "and", "or", "versus")


def value_lists(s: Sentence, at: int, beside: Column | None, denied: bool) -> Iterator[tuple[Kept, int]]:
    """Every list of values that begins here, as a condition, longer ones too."""
    waiting: list[tuple[Column | None, tuple[str, ...], Joined, int]] = [(beside, (), "", at)]
    for _ in range(MOST_LISTS):
        if not waiting:
            return
        column, values, joined, position = waiting.pop(0)
        for value, holder, end in s.value(position, beside):
            if column is not None and holder != column:
                continue
            several = values if any(folded(value) == folded(one) for one in values) else (*values, value)
            yield Kept((Filter(holder, "in", values=several, negated=denied),), joined), end
            waiting += [(holder, several, _stronger(joined, how), after) for how, after in _joints(s, end, denied)]


def _joints(s: Sentence, at: int, denied: bool) -> Iterator[tuple[Joined, int]]:
    for _, end in s.role(at, Role.AND):
        yield "and", end
        for _, further in s.role(end, Role.OR, Role.AND):
            yield "or", further
        if denied:
            # "not A and not B"
            for _, further in s.role(end, Role.NOT):
                yield "and", further
    for _, end in s.role(at, Role.OR):
        yield "or", end
    for _, end in s.role(at, Role.VERSUS):
        yield "versus", end


def _stronger(one: Joined, other: Joined) -> Joined:
    return max(one, other, key=_STRENGTH.index)
