"""Bind every word of a question to the grammar, a column or a value; or name what cannot be bound."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from replwright.llm.offline.lexicon import LONGEST_PHRASE, NUMBER_WORDS, PHRASES, SOFT, Role
from replwright.llm.offline.table import YES_NO, Column, Table, folded
from replwright.llm.offline.words import Token, same_word, tokens_of, words_of


@dataclass(frozen=True, slots=True)
class Item:
    """A bound piece of the question. `columns` holds several candidates where only the sentence can tell."""

    role: Role
    raw: str
    detail: str = ""
    number: float = 0.0
    columns: tuple[Column, ...] = ()


class Refused(Exception):
    """The question cannot be answered by these rules; the message is for the user."""

    def __init__(self, message: str, unbound: int = 1) -> None:
        super().__init__(message)
        self.unbound = unbound


@dataclass(frozen=True, slots=True)
class _Match:
    length: int
    item: Item
    why: str


def bind(question: str, table: Table) -> tuple[Item, ...]:
    """The question's items in order. Raises Refused, naming every word that binds to nothing."""
    tokens = tokens_of(question)
    items, unbound, at = list[Item](), list[str](), 0
    while at < len(tokens):
        matches = list(_matches(tokens, at, table, items))
        if not matches:
            unbound.append(tokens[at].raw)
            at += 1
            continue
        best = _best(matches, tokens, at, table)
        items.append(best.item)
        at += best.length
    if unbound:
        named = ", ".join(repr(word) for word in dict.fromkeys(unbound))
        raise Refused(f"{named} is no column, value or word that I know in the table {table.name!r}", len(unbound))
    return tuple(item for item in items if item.role is not Role.FILLER)


def _matches(tokens: Sequence[Token], at: int, table: Table, before: Sequence[Item]) -> Iterator[_Match]:
    token = tokens[at]
    if token.kind == "quoted":
        yield from _quoted(token, table, before)
        return
    if token.kind == "number" and token.number is not None:
        yield _Match(1, Item(Role.NUMBER, token.raw, number=token.number), "a number")
    elif token.text in NUMBER_WORDS:
        yield _Match(1, Item(Role.NUMBER, token.raw, number=float(NUMBER_WORDS[token.text])), "a number")
    yield from _columns(tokens, at, table)
    yield from _values(tokens, at, table)
    for length in range(min(LONGEST_PHRASE, len(tokens) - at), 0, -1):
        phrase = tuple(token.text for token in tokens[at : at + length])
        if meaning := PHRASES.get(phrase):
            yield _Match(length, Item(meaning[0], _raw(tokens, at, length), meaning[1]), f"the word for {meaning[0]}")
            break
    if token.kind == "word" and any(same_word(token.text, noun) for noun in table.nouns):
        yield _Match(1, Item(Role.ROWS, token.raw), "the rows of the table")
    if token.kind == "word" and _asks_for_a_value(before):
        yield _Match(1, Item(Role.VALUE, token.raw, token.raw, columns=before[-2].columns), "a value")


def _asks_for_a_value(before: Sequence[Item]) -> bool:
    """ "column = word": taken as a value only where the profile does not list all of them."""
    if len(before) < 2 or before[-2].role is not Role.COLUMN:
        return False
    if not _equates(before[-1]):
        return False
    return all(column.kind == "text" and column.values is None for column in before[-2].columns)


def _equates(item: Item) -> bool:
    return item.role is Role.EQUALS or item.raw.lower() == "is"


def _quoted(token: Token, table: Table, before: Sequence[Item]) -> Iterator[_Match]:
    if exact := tuple(column for column in table.columns if column.name == token.text):
        yield _Match(1, Item(Role.COLUMN, token.raw, columns=exact), "a column")
        return
    wanted = folded(token.text)
    holders = tuple(c for c in table.columns if c.values and any(folded(value) == wanted for value in c.values))
    if holders:
        yield _Match(1, Item(Role.VALUE, token.raw, token.text, columns=holders), "a value")
    elif before and (before[-1].role is Role.COLUMN or _equates(before[-1])):
        column = next((item for item in reversed(before) if item.role is Role.COLUMN), None)
        if column and all(c.kind == "text" and c.values is None for c in column.columns):
            yield _Match(1, Item(Role.VALUE, token.raw, token.text, columns=column.columns), "a value")


def _columns(tokens: Sequence[Token], at: int, table: Table) -> Iterator[_Match]:
    full = [(column, len(column.words)) for column in table.columns if _starts(column.words, tokens, at)]
    longest = max((length for _, length in full), default=0)
    if longest:
        found = tuple(column for column, length in full if length == longest)
        yield _Match(longest, Item(Role.COLUMN, _raw(tokens, at, longest), columns=found), "a column")
        return
    ends: dict[int, list[Column]] = {}
    for column in table.columns:
        # What a name ends with is the thing itself; what it begins with only tells which one.
        core = column.core if column.values != YES_NO else ()
        length = next((n for n in range(len(core), 0, -1) if _starts(core[-n:], tokens, at)), 0)
        ends.setdefault(length, []).append(column)
    if length := max(ends, default=0):
        found = tuple(ends[length])
        yield _Match(length, Item(Role.COLUMN, _raw(tokens, at, length), "part", columns=found), "a column's last word")


def _values(tokens: Sequence[Token], at: int, table: Table) -> Iterator[_Match]:
    found: dict[int, dict[str, tuple[str, list[Column]]]] = {}
    for column in table.columns:
        for value in column.values or ():
            words = words_of(value)
            if words and _starts(words, tokens, at):
                _, holders = found.setdefault(len(words), {}).setdefault(folded(value), (value, []))
                if column not in holders:
                    holders.append(column)
    for length in sorted(found, reverse=True)[:1]:
        said = tuple(token.text for token in tokens[at : at + length])
        exact = [match for match in found[length].values() if words_of(match[0]) == said]
        for value, columns in exact or found[length].values():
            shown = " ".join(value.split())
            yield _Match(length, Item(Role.VALUE, _raw(tokens, at, length), shown, columns=tuple(columns)), "a value")


def _best(matches: Sequence[_Match], tokens: Sequence[Token], at: int, table: Table) -> _Match:
    """The longest match; between equals, fillers yield to columns, and anything else is ambiguous."""
    longest = max(match.length for match in matches)
    rivals = [match for match in matches if match.length == longest]
    rivals = [match for match in rivals if match.item.detail != "part"] or rivals
    shouted = all(token.raw == token.raw.upper() for token in tokens)
    rivals = _settled(rivals, tokens[at], shouted)
    if len(rivals) > 1:
        raise Refused(
            f"{rivals[0].item.raw!r} may be {' or '.join(match.why for match in rivals)}: {_quote(rivals)}", 0
        )
    if rivals[0].item.role is Role.COLUMN and longest > 1:
        _no_second_reading(rivals[0], tokens, at, table)
    return rivals[0]


def _settled(rivals: list[_Match], token: Token, shouted: bool) -> list[_Match]:
    roles = {match.item.role for match in rivals}
    if Role.VALUE in roles and not roles & {Role.COLUMN, Role.ROWS, Role.FILLER} and len(roles) > 1:
        # A word of the grammar is one, unless it is written just as the value is.
        if all(match.item.detail != token.raw for match in rivals if match.item.role is Role.VALUE):
            rivals = [match for match in rivals if match.item.role is not Role.VALUE]
            roles = {match.item.role for match in rivals}
    elif roles == {Role.FILLER, Role.VALUE} and token.raw.isupper() and not shouted:
        # "US" in capitals is the value of that spelling, "us" is the filler.
        rivals = [match for match in rivals if match.item.detail == token.raw] or rivals
        roles = {match.item.role for match in rivals}
    if Role.NUMBER in roles:
        return [match for match in rivals if match.item.role is Role.NUMBER]
    if Role.FILLER in roles and token.raw.islower():
        return [match for match in rivals if match.item.role is Role.FILLER]
    if Role.COLUMN in roles and roles <= SOFT | {Role.COLUMN}:
        return [match for match in rivals if match.item.role is Role.COLUMN]
    return rivals[:1] if roles <= SOFT else rivals


def _no_second_reading(match: _Match, tokens: Sequence[Token], at: int, table: Table) -> None:
    """ "total cost" is ambiguous where both a column of that name and a column "cost" exist."""
    first = PHRASES.get((tokens[at].text,))
    if first is None or first[0] in SOFT:
        return
    if any(len(column.words) == match.length - 1 and _starts(column.words, tokens, at + 1) for column in table.columns):
        raise Refused(f"{match.item.raw!r} may be a column, or {tokens[at].raw!r} of another: {_quote([match])}", 0)


def _quote(rivals: Sequence[_Match]) -> str:
    names = [repr(column.name) for match in rivals for column in match.item.columns]
    return "put the one you mean in double quotes" + (f" ({', '.join(dict.fromkeys(names))})" if names else "")


def _starts(words: Sequence[str], tokens: Sequence[Token], at: int) -> bool:
    there = tokens[at : at + len(words)]
    return (
        bool(words)
        and len(there) == len(words)
        and all(
            token.kind != "quoted" and same_word(token.text, word) for token, word in zip(there, words, strict=True)
        )
    )


def _raw(tokens: Sequence[Token], at: int, length: int) -> str:
    return " ".join(token.raw for token in tokens[at : at + length])
