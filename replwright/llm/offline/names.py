"""Find the table's column names and values among the words of a question."""

from collections.abc import Iterator, Sequence

from replwright.llm.offline import qualities
from replwright.llm.offline.table import YES_NO, Column, Table, folded
from replwright.llm.offline.words import Token, same_word, singulars, words_of

_JOINTS = frozenset({"of", "the", "in"})
Tokens = Sequence[Token]


class Names:
    """The names of one table. `at` is always a position among the tokens, no filler is skipped."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self._columns = [(column, column.words, column.core) for column in table.columns]
        self.words = frozenset(words[0] for _, words, _ in self._columns if len(words) == 1)
        self._values: dict[str, list[tuple[tuple[str, ...], str, Column]]] = {}
        for column in table.columns:
            for value in column.values or () if column.values != YES_NO else ():
                words = words_of(value)
                for key in {words[0], *singulars(words[0])} if words else ():
                    self._values.setdefault(key, []).append((words, value, column))

    def columns_in_full(self, tokens: Tokens, at: int) -> list[tuple[Column, int]]:
        """Columns of just this name, in any case, number and joining."""
        if at < len(tokens) and tokens[at].kind == "quoted":
            return [(column, at + 1) for column, _, _ in self._columns if column.name == tokens[at].text]
        return [(column, end) for column, words, _ in self._columns if (end := _end(words, tokens, at))]

    def columns(self, tokens: Tokens, at: int) -> list[tuple[Column, int]]:
        """Columns of this name; if none is, those whose name ends in these words, the longest such end.

        What a name ends with is the thing itself; what it begins with only tells which one. So where "load" is the
        end of one name and the beginning of another, both may be meant.
        """
        if (found := self.columns_in_full(tokens, at)) or at >= len(tokens) or tokens[at].kind == "quoted":
            return found
        ends: dict[int, list[tuple[Column, int]]] = {}
        for column, _, core in self._columns:
            for length in range(len(core), 0, -1):
                if column.values != YES_NO and (end := _end(core[-length:], tokens, at)):
                    ends.setdefault(length, []).append((column, end))
                    break
        if not ends or self._inside_a_name(tokens, at):
            return []
        longest = max(ends)
        found, end = ends[longest], max(end for _, end in ends[longest])
        said = [word.text for word in tokens[at:end] if word.text not in _JOINTS]
        others = [column for column, _, core in self._columns if _holds(core, said) and column.kind == "number"]
        return found + [(column, end) for column in others if all(column != one for one, _ in found)]

    def values(self, tokens: Tokens, at: int, beside: Column | None) -> Iterator[tuple[str, Column, int]]:
        """(value, column, end); `beside` restricts them to one column, of which unlisted ones may be quoted."""
        if at >= len(tokens):
            return
        token = tokens[at]
        if token.kind == "quoted":
            yield from self._quoted(token, at, beside)
            return
        found: dict[int, list[tuple[str, Column, bool]]] = {}
        for key in {token.text, *singulars(token.text)}:
            for words, value, column in self._values.get(key, ()):
                # "yes" and "no" say nothing without their column.
                if column != beside and (beside is not None or column.yes is not None):
                    continue
                if end := _end(words, tokens, at, joints=False):
                    said = tuple(token.text for token in tokens[at:end])
                    found.setdefault(end, []).append((value, column, said == words))
        named = [column for column in self._just_before(tokens, at) if beside is None]
        for end, matches in found.items():
            if any(column in named for _, column, _ in matches):
                matches = [match for match in matches if match[1] in named]
            # Where a value is written just so, the plural of another is not meant.
            exact = [match for match in matches if match[2]] or matches
            seen = set()
            for value, column, _ in exact:
                if (column, folded(value)) not in seen:
                    seen.add((column, folded(value)))
                    yield " ".join(value.split()), column, end
        for value, column in qualities.sexes(token.text, self.table) if not found else ():
            if beside in (None, column):
                yield value, column, at + 1

    def _quoted(self, token: Token, at: int, beside: Column | None) -> Iterator[tuple[str, Column, int]]:
        wanted = folded(token.text)
        for column in self.table.columns if beside is None else (beside,):
            unlisted = beside is not None and column.kind == "text" and column.values is None
            if unlisted or any(folded(value) == wanted for value in column.values or ()):
                yield token.text, column, at + 1

    def _just_before(self, tokens: Tokens, at: int) -> list[Column]:
        """The columns whose whole name ends just before: a value there is theirs if it can be."""
        starts = range(max(0, at - 8), at)
        return [column for start in starts for column, end in self.columns_in_full(tokens, start) if end == at]

    def _inside_a_name(self, tokens: Tokens, at: int) -> bool:
        """Whether a longer name that began before goes on here: its end is not named by itself."""
        starts = range(max(0, at - 8), at)
        return any(end > at for start in starts for _, end in self.columns_in_full(tokens, start))

    def covered(self, tokens: Tokens) -> frozenset[int]:
        """The positions inside names and values of several words: nothing there is a filler."""
        found: set[int] = set()
        for at in range(len(tokens)):
            ends = [end for _, end in self.columns_in_full(tokens, at)]
            ends += [end for _, _, end in self.values(tokens, at, None)]
            found.update(i for end in ends if end > at + 1 for i in range(at, end))
        return frozenset(found)

    def may_be_quoted(self, token: Token) -> bool:
        """Whether the token may be a value of a column whose values are not listed."""
        return token.kind == "quoted" and any(c.kind == "text" and c.values is None for c in self.table.columns)

    def is_spelled_value(self, tokens: Tokens, at: int) -> bool:
        """Whether a word with a capital is spelled just as a value: "US" is no filler where it is one."""
        token = tokens[at]
        if token.raw.islower() or not any(any(char.islower() for char in other.raw) for other in tokens):
            return False
        return any(value == token.raw for _, value, _ in self._values.get(token.text, ()))


def _end(words: Sequence[str], tokens: Tokens, at: int, joints: bool = True) -> int:
    """Where these words end if they stand there, else 0. They may be joined, and joints may stand between."""
    position = at
    for number, word in enumerate(words):
        while joints and number and position < len(tokens) and _is_joint(tokens, position, word):
            position += 1
        if position >= len(tokens) or tokens[position].kind == "quoted" or not same_word(tokens[position].text, word):
            return _joined(words, tokens, at) if joints else 0
        position += 1
    return position if words else 0


def _is_joint(tokens: Tokens, at: int, word: str) -> bool:
    return tokens[at].text in _JOINTS and tokens[at].text != word


def _joined(words: Sequence[str], tokens: Tokens, at: int) -> int:
    """ "unitCost" asked as "unitcost", and "unitcost" asked as "unit cost"."""
    whole, said = "".join(words), ""
    if len(whole) < 5:
        return 0
    for position in range(at, min(at + 4, len(tokens))):
        if tokens[position].kind != "word":
            return 0
        said += tokens[position].text
        if same_word(said, whole):
            return position + 1
    return 0


def _holds(core: Sequence[str], said: Sequence[str]) -> bool:
    runs = (core[start : start + len(said)] for start in range(len(core) - len(said) + 1))
    return any(all(same_word(*pair) for pair in zip(run, said, strict=True)) for run in runs)
