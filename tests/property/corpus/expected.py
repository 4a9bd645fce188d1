"""What a question of the corpus expects, and how an answer is held against it."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.support.offline_prompts import Answered


@dataclass(frozen=True)
class Rows:
    """Rows of the table, told by their first column, in order; `ordered` ones are a ranking."""

    frame: Any
    ordered: bool = False


@dataclass(frozen=True)
class Ranked:
    """Groups and their measures, in this order."""

    series: Any


@dataclass(frozen=True)
class Tasks:
    """One expectation a task, in the order of the plan."""

    each: tuple[Any, ...]


@dataclass(frozen=True)
class Case:
    question: str
    answer: Callable[[Any], Any]


@dataclass(frozen=True, eq=False)
class Topic:
    """A table as a file would hold it, the questions it answers and those that must be refused by these words."""

    name: str
    frame: Any
    cases: Sequence[Case]
    refused: Mapping[str, str]


def hold(expected: Any, answered: Answered) -> None:
    """Raises AssertionError when the answer is not what is expected."""
    assert answered.understood is None, answered.message
    printed = list(answered.printed.values())
    if isinstance(expected, Tasks):
        assert len(printed) == len(expected.each)
        for one, found in zip(expected.each, printed, strict=True):
            _hold(one, found)
        return
    _hold(expected, printed[-1])


def _hold(expected: Any, found: dict[str, Any]) -> None:
    if isinstance(expected, Rows):
        wanted = [str(cell) for cell in expected.frame.iloc[:, 0]]
        cells = [row[0] for row in found["cells"]]
        assert found["matching"] >= len(cells)
        if expected.ordered:
            assert cells == wanted
        else:
            assert (found["matching"], cells) == (len(wanted), wanted[: len(cells)])
            assert cells or not wanted
    elif isinstance(expected, Ranked):
        groups = _groups(found)
        ranking = _wanted(expected.series)
        assert len(groups) == len(ranking)
        assert all(_same(one[1], other[1]) for one, other in zip(groups, ranking, strict=True)), groups
        assert {one[0] for one in groups} == {other[0] for other in ranking}
    elif hasattr(expected, "items"):
        by_key, wanted_by = dict(_groups(found)), dict(_wanted(expected))
        assert by_key.keys() == wanted_by.keys(), by_key
        assert all(_same(by_key[key], wanted_by[key]) for key in wanted_by), by_key
    else:
        assert _same(_number(found), expected), (found, expected)


def _groups(found: dict[str, Any]) -> list[tuple[tuple[str, ...], Any]]:
    told = found["shares"] if "shares" in found else found["groups"]
    measures = [group["percent"] if "percent" in group else _one(group["values"]) for group in told]
    return [(_key(group["key"]), value) for group, value in zip(told, measures, strict=True)]


def _wanted(series: Any) -> list[tuple[tuple[str, ...], Any]]:
    return [(_key(key if isinstance(key, tuple) else (key,)), value) for key, value in series.items()]


def _key(parts: Sequence[Any]) -> tuple[str, ...]:
    return tuple(str(int(part)) if isinstance(part, float) else str(part).casefold() for part in parts)


def _one(values: Sequence[Any]) -> Any:
    return values[0] if len(values) == 1 else tuple(values)


def _number(found: dict[str, Any]) -> Any:
    for name in ("coefficient", "numbers"):
        if name in found:
            return found[name]
    if "shares" in found:
        return found["shares"][0]["percent"]
    if "groups" in found:
        [group] = found["groups"]
        assert group["key"] == []
        return _one(group["values"])
    return found["matching"]


def _same(found: Any, expected: Any) -> bool:
    if isinstance(expected, tuple | list):
        pairs = list(zip(found, expected, strict=True))
        return all(_same(*pair) for pair in pairs)
    if isinstance(expected, str):
        return bool(found == expected)
    if found is None:
        return math.isnan(expected)
    return math.isclose(found, float(expected), rel_tol=1e-9, abs_tol=1e-9)
