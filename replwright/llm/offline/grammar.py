"""From words to the one reading of a question that makes sense, or a refusal. Nothing is guessed.

Every way to cut the question into parts of the grammar is tried; each that makes sense is a reading. One reading is
taken; of several, which differ, none: they are listed.
"""

from collections.abc import Iterator, Sequence

from replwright.llm.offline.comparisons import besides
from replwright.llm.offline.conditions import conditions
from replwright.llm.offline.lexicon import Role
from replwright.llm.offline.parts import Part
from replwright.llm.offline.phrases import phrases
from replwright.llm.offline.rankings import rankings
from replwright.llm.offline.reading import Reading, echo
from replwright.llm.offline.refused import Refused
from replwright.llm.offline.sense import readings_of, second_step
from replwright.llm.offline.sentence import Sentence
from replwright.llm.offline.table import Table

MAX_TOKENS = 80
MAX_WAYS = 3000
SHOWN = 4


def read(question: str, tables: Sequence[Table]) -> Reading:
    """The one reading of the question on one of the tables. Raises Refused with what stands in the way."""
    if not tables:
        raise Refused("there is no table to look at: give a data file with the question")
    readings, refusals = list[Reading](), list[Refused]()
    for table in tables:
        try:
            readings.append(_on(question, table))
        except Refused as refused:
            refusals.append(refused)
    if len(readings) > 1:
        readings = _named(question, readings) or readings
    if len(readings) > 1:
        names = ", ".join(repr(reading.table.name) for reading in readings)
        raise Refused(f"the question fits several tables: {names}; name the one you mean")
    if not readings:
        raise min(refusals, key=lambda refused: refused.unbound)
    return readings[0]


def _named(question: str, readings: Sequence[Reading]) -> list[Reading]:
    """The readings whose table is named in the question by a word that no other table shares."""
    asked = set(question.lower().replace("_", " ").split())
    shared = [set(reading.table.nouns) for reading in readings]
    return [
        reading
        for at, reading in enumerate(readings)
        if asked & (shared[at] - set().union(*(other for i, other in enumerate(shared) if i != at)))
    ]


def _on(question: str, table: Table) -> Reading:
    s = Sentence(question, table)
    if len(s.tokens) > MAX_TOKENS:
        raise Refused(f"the question is too long for these rules: at most {MAX_TOKENS} words")
    if s.ends(0):
        raise Refused("the question is empty")
    if s.unbound:
        named = ", ".join(repr(word) for word in dict.fromkeys(s.unbound))
        message = f"{named} is no column, value or word that I know in the table {table.name!r}"
        raise Refused(message, unbound=len(s.unbound))
    readings, refusals = dict[object, Reading](), list[Refused]()
    for ways, clauses in enumerate(_Ways(s).all()):
        if ways >= MAX_WAYS:
            raise Refused("the question can be read in too many ways: ask it in fewer words")
        try:
            for reading in _sense(clauses, table):
                readings.setdefault(reading.meaning, reading)
        except Refused as refused:
            refusals.append(refused)
    if not readings:
        raise _reason(s, refusals)
    if len(readings) > 1:
        raise Refused(_choice([echo(reading) for reading in readings.values()]))
    return next(iter(readings.values()))


def _choice(echoes: Sequence[str]) -> str:
    shown = "; ".join(f"({number}) {one}" for number, one in enumerate(echoes[:SHOWN], 1))
    more = f"; and {len(echoes) - SHOWN} more" if len(echoes) > SHOWN else ""
    how = "say which, for instance by the whole name of a column in double quotes"
    return f"this can be read in {len(echoes)} ways: {shown}{more}. Please {how}"


def _reason(s: Sentence, refusals: Sequence[Refused]) -> Refused:
    best = max(refusals, key=lambda refused: refused.weight, default=None)
    if best is not None and best.weight > 1:
        return best
    if s.complaints:
        return Refused(max(s.complaints, key=lambda message: s.complaints[message]))
    if best is not None and best.weight:
        return best
    stuck = _Ways(s).stuck()
    if stuck is None:
        return best or Refused("the parts of this question do not fit together")
    return Refused(f"I cannot tell what {s.tokens[stuck].raw!r} is for in this question")


def _sense(clauses: Sequence[Sequence[Part]], table: Table) -> list[Reading]:
    if len(clauses) > 2:
        raise Refused("I follow at most two steps: one number, then the rows near, above or below it", weight=3)
    first, *rest = clauses
    if not rest:
        return readings_of(first, table)
    return [second_step(rest[0], table, reading) for reading in readings_of(first, table)]


class _Ways:
    """The ways to cut a sentence into clauses of parts."""

    def __init__(self, s: Sentence) -> None:
        self._s = s
        self._parts: dict[int, list[tuple[Part | None, int]]] = {}
        self._finishes: dict[int, bool] = {}

    def all(self) -> Iterator[list[list[Part]]]:
        waiting: list[tuple[int, list[list[Part]]]] = [(0, [[]])]
        while waiting:
            at, clauses = waiting.pop()
            if self._s.ends(at) and clauses[-1]:
                yield clauses
            for part, end in reversed(self._next(at)):
                if not self._can_finish(end):
                    continue
                if part is None:
                    if clauses[-1]:
                        waiting.append((end, [*clauses, []]))
                else:
                    waiting.append((end, [*clauses[:-1], [*clauses[-1], part]]))

    def stuck(self) -> int | None:
        """The word that no part that reaches it can go on from; None if the end can be reached."""
        seen, waiting = set[int](), [0]
        while waiting:
            at = waiting.pop()
            if at not in seen:
                seen.add(at)
                waiting += [end for _, end in self._next(at)]
        furthest = max(max(self._s.starts(at)) for at in seen)
        return furthest if furthest < len(self._s.tokens) else None

    def _next(self, at: int) -> list[tuple[Part | None, int]]:
        """Each part that may begin here; None is the border of two clauses."""
        if at not in self._parts:
            rules = (phrases, rankings, conditions, besides)
            found: list[tuple[Part | None, int]] = [found for rule in rules for found in rule(self._s, at)]
            found += [(None, end) for _, end in self._s.role(at, Role.THEN)]
            self._parts[at] = list(dict.fromkeys(found))
        return self._parts[at]

    def _can_finish(self, at: int) -> bool:
        if at not in self._finishes:
            ends = {end for _, end in self._next(at)}
            self._finishes[at] = self._s.ends(at) or any(self._can_finish(end) for end in ends)
        return self._finishes[at]
