"""Conditions on a number that has to be found first: "above the mean COLUMN", "near that COLUMN"."""

from collections.abc import Iterator

from replwright.llm.offline.lexicon import Role
from replwright.llm.offline.parts import Beside
from replwright.llm.offline.sentence import Sentence
from replwright.llm.offline.table import Column


def besides(s: Sentence, at: int) -> Iterator[tuple[Beside, int]]:
    """[COLUMN] near | over | under the FUNCTION [COLUMN], or that [COLUMN]."""
    own: list[tuple[Column | None, int]] = [(None, at), *s.column(at)]
    for column, a in own:
        for operator, b in s.role(a, Role.COMPARISON, Role.NEAR):
            operator = operator or "near"
            for function, c in s.role(b, Role.AGGREGATE):
                yield Beside(operator, column, function), c
                for reference, end in s.column(c):
                    yield Beside(operator, column, function, reference), end
            for _, c in [("", b), *((word, end) for word, end in _that(s, b))]:
                for reference, end in s.column(c):
                    yield Beside(operator, column, "", reference), end
            yield from ((Beside(operator, column), end) for _, end in _that(s, b))
        for operator, reference_column, b in s.quality(a, Role.LARGER) if column is None else ():
            for function, c in s.role(b, Role.AGGREGATE):
                yield Beside(operator, reference_column, function), c


def _that(s: Sentence, at: int) -> list[tuple[str, int]]:
    return s.role(at, Role.THAT)
