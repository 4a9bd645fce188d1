"""The words of a question with everything that each may mean in a table: the terminals of the grammar."""

from collections.abc import Iterable
from functools import cached_property

from replwright.llm.offline import qualities
from replwright.llm.offline.amounts import Amount, Span, amounts, spans
from replwright.llm.offline.lexicon import LONGEST_PHRASE, PHRASES, Role
from replwright.llm.offline.names import Names
from replwright.llm.offline.table import Column, Table
from replwright.llm.offline.words import Token, same_word, tokens_of

MOST_COLUMNS = 12


class Sentence:
    """Each terminal gives what may stand at a position, and where that ends; fillers before it are skipped."""

    def __init__(self, question: str, table: Table) -> None:
        self.tokens = tokens_of(question)
        self.table = table
        self.complaints: dict[str, int] = {}
        self._names = Names(table)
        self._roles = _roles(self.tokens, self._names.covered(self.tokens), self._names.words)
        # A column called "to" is not meant by "I want to know".
        self._polite = {
            inside
            for at, found in enumerate(self._roles)
            for length, role, _ in found
            for inside in range(at, at + length)
            if role is Role.FILLER and length > 2
        }
        self._starts: dict[int, tuple[int, ...]] = {}
        self._columns: dict[int, list[tuple[Column, int]]] = {}

    def complain(self, message: str, at: int) -> None:
        """Note why something that began well cannot be; told if nothing else fits."""
        self.complaints[message] = max(at, self.complaints.get(message, 0))

    def role(self, at: int, *roles: Role) -> list[tuple[str, int]]:
        """(detail, end) of each word or phrase of such a role."""
        return [
            (detail, start + length)
            for start in self.starts(at)
            if start < len(self.tokens)
            for length, role, detail in self._roles[start]
            if role in roles
        ]

    def next_is(self, at: int, *roles: Role) -> list[int]:
        """The ends of such a word that stands just there, with no filler before it."""
        if at >= len(self.tokens):
            return []
        return [at + length for length, role, _ in self._roles[at] if role in roles]

    def rows(self, at: int) -> list[int]:
        """The ends of words for the table's rows: one, two, all of them."""
        ends, waiting = list[int](), [at]
        while waiting:
            position = waiting.pop()
            for end in {end for _, end in self.role(position, Role.ROWS)} | set(self._nouns(position)):
                if end not in ends:
                    ends.append(end)
                    waiting.append(end)
        return ends

    def column(self, at: int) -> list[tuple[Column, int]]:
        """Each column that may be named there."""
        if at not in self._columns:
            found = [(column, end) for start in self.starts(at) for column, end in self.column_here(start)]
            self._columns[at] = self._few(list(dict.fromkeys(found)), at)
        return self._columns[at]

    def named_in_full(self, at: int) -> bool:
        """Whether a column of just this name is meant by the next word."""
        return any(self._names.columns_in_full(self.tokens, start) for start in self.starts(at))

    def value(self, at: int, beside: Column | None = None) -> list[tuple[str, Column, int]]:
        """(value, its column, end); next to a column only that one's, of which any may be quoted."""
        found = [
            (value, column, end)
            for start in self.starts(at)
            for value, column, end in self._names.values(self.tokens, start, beside)
            if beside is not None or not self._is_grammar(start, end, value)
        ]
        few = set(self._few([(column, end) for _, column, end in found], at))
        return [(value, column, end) for value, column, end in found if (column, end) in few]

    def amount(self, at: int) -> list[tuple[Amount, int]]:
        return [found for start in self.starts(at) for found in amounts(self.tokens, start)]

    def span(self, at: int) -> list[tuple[Span, int]]:
        """Days, months and so on, as dates that begin and end it."""
        return [found for start in self.starts(at) for found in spans(self.tokens, start)]

    def quality(self, at: int, role: Role) -> list[tuple[str, Column, int]]:
        """ "older", "oldest": (its operator or end, the column, end)."""
        return [
            (detail, column, start + 1)
            for start in self.starts(at)
            if start < len(self.tokens)
            for found, detail, column in qualities.compared(self.tokens[start].text, self.table)
            if found is role
        ]

    def starts(self, at: int) -> tuple[int, ...]:
        """The positions from `at` on that only fillers separate from it."""
        if at not in self._starts:
            found = {at}
            if at < len(self.tokens) and not self._names.is_spelled_value(self.tokens, at):
                for length, role, _ in self._roles[at]:
                    if role is Role.FILLER:
                        found.update(self.starts(at + length))
            self._starts[at] = tuple(sorted(found))
        return self._starts[at]

    def ends(self, at: int) -> bool:
        """Whether nothing but fillers is left."""
        return len(self.tokens) in self.starts(at)

    @cached_property
    def unbound(self) -> tuple[str, ...]:
        """The words that can mean nothing here, whatever stands around them."""
        covered = set[int]()
        for at, token in enumerate(self.tokens):
            ends = [end for _, end in self.column_here(at)]
            ends += [end for _, _, end in self._names.values(self.tokens, at, None)]
            ends += [at + length for length, _, _ in self._roles[at]]
            ends += [end for _, end in amounts(self.tokens, at)]
            ends += [end for _, end in spans(self.tokens, at)]
            ends += self._noun(at)
            if qualities.compared(token.text, self.table) or self._names.may_be_quoted(token):
                ends.append(at + 1)
            covered.update(i for end in ends for i in range(at, end))
        return tuple(token.raw for at, token in enumerate(self.tokens) if at not in covered)

    def column_here(self, at: int) -> Iterable[tuple[Column, int]]:
        """As `column`, but without a filler before it."""
        if at >= len(self.tokens) or at in self._polite:
            return []
        found = self._names.columns(self.tokens, at)
        return found or [(column, at + 1) for column in qualities.verbs(self.tokens[at].text, self.table)]

    def _few(self, found: list[tuple[Column, int]], at: int) -> list[tuple[Column, int]]:
        """Without what stands for so many columns that it tells none of them."""
        for end in {end for _, end in found}:
            names = [column.name for column, last in found if last == end]
            if len(names) > MOST_COLUMNS:
                said = " ".join(token.raw for token in self.tokens[at:end])
                self.complain(f"{said!r} may be any of {len(names)} columns, such as {names[0]!r} or {names[1]!r}", end)
                found = [(column, last) for column, last in found if last != end]
        return found

    def _nouns(self, at: int) -> list[int]:
        return [end for start in self.starts(at) for end in self._noun(start)]

    def _noun(self, at: int) -> list[int]:
        token = self.tokens[at] if at < len(self.tokens) else None
        is_noun = token and token.kind == "word" and any(same_word(token.text, noun) for noun in self.table.nouns)
        return [at + 1] if is_noun else []

    def _is_grammar(self, start: int, end: int, value: str) -> bool:
        """Words of the grammar are a value only when written just as it is, and not as fillers are."""
        raw = " ".join(token.raw for token in self.tokens[start:end])
        phrase = tuple(token.text for token in self.tokens[start:end])
        if self.tokens[start].kind != "word" or phrase not in PHRASES:
            return False
        is_filler = any(role is Role.FILLER for role, _ in PHRASES[phrase])
        return raw != value or (is_filler and raw.islower())


_SOFT = (Role.FILLER, Role.LIST, Role.THAT)


def _is_name(tokens: tuple[Token, ...], at: int) -> bool:
    """ "IT" in capitals, where other words are not, is no "it"."""
    shouted = not any(char.islower() for token in tokens for char in token.raw)
    return at > 0 and not shouted and tokens[at].raw.isupper() and tokens[at].raw != "I"


def _roles(
    tokens: tuple[Token, ...], covered: frozenset[int], called: frozenset[str]
) -> list[list[tuple[int, Role, str]]]:
    """What each position begins: (length, role, detail). Inside the longest phrase nothing else begins but a filler."""
    found: list[list[tuple[int, Role, str]]] = [[] for _ in tokens]
    inside = 0
    for at, token in enumerate(tokens):
        if token.kind == "quoted":
            continue
        longest = 1
        for length in range(min(LONGEST_PHRASE, len(tokens) - at), 0, -1):
            if any(other.kind == "quoted" for other in tokens[at : at + length]):
                continue
            for role, detail in PHRASES.get(tuple(other.text for other in tokens[at : at + length]), ()):
                if role in _SOFT and (at in covered or (length == 1 and _is_name(tokens, at))):
                    continue
                if detail == "noun" and role is Role.FILLER and token.text in called:
                    continue
                if at >= inside or (role is Role.FILLER and length == 1):
                    found[at].append((length, role, detail))
                    longest = max(longest, length)
        inside = max(inside, at + longest)
    return found
