"""Split questions, column names and values into comparable words."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

_TOKEN = re.compile(
    r"""
    "(?P<q1>[^"\n]+)" | `(?P<q2>[^`\n]+)` | \u201c(?P<q3>[^\u201d\n]+)\u201d | (?<!\w)'(?P<q4>[^'\n]+)'(?!\w)
  | (?P<date>(?<![\w.])\d{4}-\d{1,2}(?:-\d{1,2})?(?![\w]|-\d))
  | (?P<number>(?<![\w.])[-+]?[$\u20ac\u00a3\u00a5]?[-+]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?
      (?:\s?%|(?:k|mn|m|bn|b)?(?![\w]|\.\d|,\d)))
  | (?P<word>[^\W_]+)(?:['\u2019]s\b)?
  | (?P<sign>>=|<=|!=|<>|==|[<>=\u2264\u2265])
  | (?P<comma>[,;])
  | (?P<other>[^\s\w.?!:()'"\u2019\-]|(?<=\s)-(?=\s))
    """,
    re.VERBOSE | re.IGNORECASE,
)
_NEGATED = re.compile(r"\b(is|are|was|were|do|does|did|has|have|had)n['\u2019]t\b", re.IGNORECASE)
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_FACTORS = {"k": 1e3, "m": 1e6, "mn": 1e6, "b": 1e9, "bn": 1e9}
_SHORTEST_PLURAL = 3


@dataclass(frozen=True, slots=True)
class Token:
    """One word, number, date, quoted text or sign of the question. `text` is lower case, except in quotes."""

    kind: Literal["word", "number", "date", "quoted", "sign"]
    text: str
    raw: str
    number: float | None = None


@lru_cache(maxsize=4096)
def tokens_of(question: str) -> tuple[Token, ...]:
    """The question's tokens in order; punctuation that means nothing is dropped."""
    found: list[Token] = []
    for match in _TOKEN.finditer(_NEGATED.sub(r"\1 not", question)):
        kind, raw = match.lastgroup or "", match[0]
        if kind.startswith("q"):
            found.append(Token("quoted", match[kind], raw))
        elif kind == "number":
            found.append(Token("number", raw.lower(), raw, _number(raw)))
        elif kind == "date":
            found.append(Token("date", raw, raw))
        elif kind == "word":
            parts = _CAMEL.sub(" ", match["word"]).split()
            found += [Token("word", part.lower(), part) for part in parts]
        else:
            found.append(Token("sign", raw, raw))
    return tuple(found)


def words_of(name: str) -> tuple[str, ...]:
    """The words of a column name or a value, lower case: "netWeight_KG" is net, weight, kg."""
    return tuple(token.text for token in tokens_of(name.replace('"', " ").replace("`", " ")) if token.text.strip())


def same_word(one: str, other: str) -> bool:
    """Equal, or one the plural of the other."""
    return one == other or other in singulars(one) or one in singulars(other)


@lru_cache(maxsize=4096)
def singulars(word: str) -> frozenset[str]:
    """What the word may be the plural of."""
    if len(word) < _SHORTEST_PLURAL or not word.endswith("s") or word.endswith("ss"):
        return frozenset()
    found = {word[:-1]}
    if word.endswith("es"):
        found.add(word[:-2])
    if word.endswith("ies"):
        found.add(word[:-3] + "y")
    return frozenset(found)


def _number(raw: str) -> float:
    text = re.sub(r"[$\u20ac\u00a3\u00a5,%\s]", "", raw.lower())
    digits = text.rstrip("kmbn")
    return float(digits) * _FACTORS.get(text[len(digits) :], 1.0)
