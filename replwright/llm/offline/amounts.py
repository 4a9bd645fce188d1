"""Numbers and dates as questions write them."""

import calendar
import datetime
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from replwright.llm.offline.lexicon import NUMBER_WORDS, PHRASES, Role
from replwright.llm.offline.table import UNITS, Column
from replwright.llm.offline.words import Token

_FOUR_DIGITS = re.compile(r"[12]\d{3}")
_QUARTER = re.compile(r"q([1-4])")
_LAST_MONTH = 12
_UNIT_WORDS = {
    "minute": "minutes", "min": "minutes", "mins": "minutes", "hour": "hours", "hrs": "hours", "hr": "hours",
    "second": "seconds", "sec": "seconds", "secs": "seconds", "kilometers": "km", "kilometres": "km", "meters": "m",
    "metres": "m", "kilograms": "kg", "kilos": "kg", "miles": "mi", "celsius": "c", "fahrenheit": "f",
    "dollars": "usd", "euros": "eur", "pounds": "gbp", "percent": "pct", "degrees": "c", "day": "days",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Amount:
    """A number; `unit` as a word after it, to be the column's own; `percent` when it was written with the sign."""

    number: float
    raw: str
    unit: str = ""
    percent: bool = False

    def of(self, column: Column) -> list[float]:
        """The numbers that it may mean in the column: 20 % is 20 or 0.2, by the column's range."""
        if self.unit and self.unit not in {_UNIT_WORDS.get(unit, unit) for unit in column.units}:
            return []
        if not self.percent or column.low is None or column.high is None:
            return [self.number]
        fitting = [number for number in (self.number, self.number / 100) if column.low <= number <= column.high]
        return fitting or [self.number]


@dataclass(frozen=True, slots=True)
class Span:
    """Days from `first` to before `after`. `number` is that of a whole calendar number; `month` stands without it."""

    first: datetime.date
    after: datetime.date
    number: int | None = None
    month: int = 0


def amounts(tokens: Sequence[Token], at: int) -> Iterator[tuple[Amount, int]]:
    """A number at just this position, with the scale and the unit after it."""
    if at >= len(tokens):
        return
    token = tokens[at]
    number = token.number if token.kind == "number" else NUMBER_WORDS.get(token.text) if token.kind == "word" else None
    if number is None:
        return
    end, raw = at + 1, token.raw
    if end < len(tokens) and (scale := _scale(tokens[end])) and not raw.endswith("%"):
        number, end, raw = number * scale, end + 1, f"{raw} {tokens[end].raw}"
    yield Amount(float(number), raw, percent=raw.endswith("%")), end
    unit = _UNIT_WORDS.get(tokens[end].text, tokens[end].text) if end < len(tokens) else ""
    if unit in UNITS and tokens[end].kind == "word":
        yield Amount(float(number), raw, unit), end + 1


def spans(tokens: Sequence[Token], at: int) -> Iterator[tuple[Span, int]]:
    """A date, a month or the like at just this position."""
    words = list(tokens[at : at + 3])
    if not words:
        return
    if words[0].kind == "date":
        if span := _iso(words[0].text):
            yield span, at + 1
        return
    numbers = [_whole(token) for token in words]
    named = [_month(token) for token in words]
    whole = [
        number if _FOUR_DIGITS.fullmatch(token.raw) else None for number, token in zip(numbers, words, strict=True)
    ]
    if whole[0] is not None:
        yield Span(datetime.date(whole[0], 1, 1), datetime.date(whole[0] + 1, 1, 1), whole[0]), at + 1
    if named[0]:
        yield Span(datetime.date.min, datetime.date.min, month=named[0]), at + 1
        if len(words) > 1 and (number := whole[1]) is not None:
            yield months(number, named[0], 1), at + 2
    quarter = _QUARTER.fullmatch(words[0].text)
    if quarter and len(words) > 1 and (number := whole[1]) is not None:
        yield months(number, 3 * int(quarter[1]) - 2, 3), at + 2
    if len(words) == 3 and (number := whole[2]) is not None:
        for day, month in ((numbers[0], named[1]), (numbers[1], named[0])):
            if month and day is not None and 1 <= day <= calendar.monthrange(number, month)[1]:
                first = datetime.date(number, month, day)
                yield Span(first, first + datetime.timedelta(days=1)), at + 3


def _iso(text: str) -> Span | None:
    parts = [int(part) for part in text.split("-")]
    try:
        if len(parts) == 2:
            return months(parts[0], parts[1], 1)
        first = datetime.date(*parts)
        return Span(first, first + datetime.timedelta(days=1))
    except (ValueError, OverflowError):
        return None


def months(number: int, month: int, count: int = 1) -> Span:
    """`count` months from one of the calendar number on."""
    last = month + count - 1
    after = (number + 1, 1) if last == _LAST_MONTH else (number, last + 1)
    return Span(datetime.date(number, month, 1), datetime.date(*after, 1))


def _whole(token: Token) -> int | None:
    return int(token.number) if token.number is not None and token.raw.isascii() and token.raw.isdigit() else None


def _month(token: Token) -> int:
    """The month's number. "may" in small letters is another word."""
    meanings = PHRASES.get((token.text,), ()) if token.kind == "word" and token.raw != "may" else ()
    return next((int(detail) for role, detail in meanings if role is Role.MONTH), 0)


def _scale(token: Token) -> float:
    meanings = PHRASES.get((token.text,), ()) if token.kind == "word" else ()
    return next((float(detail) for role, detail in meanings if role is Role.SCALE), 0.0)
