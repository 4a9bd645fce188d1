"""Find the one JSON list of tools in a model's reply, whatever stands around it."""

import json
import re
from typing import Any

KNOWN_TYPES = ("spawn_repl", "message_to_user", "resume")

_FENCE = re.compile(r"```[A-Za-z]*[ \t]*\n(.*?)\n[ \t]*```", re.DOTALL)
_STRING_OR_TRAILING_COMMA = re.compile(r'("(?:[^"\\]|\\.)*")|,(?=\s*[\]}])', re.DOTALL)
_START = re.compile(r"[\[{]")
_LIKE_JSON = re.compile(r"\[\s*[{\]]|\{\s*[\"}]")
_MAX_STARTS = 50
_NO_PLAN = "the reply is not a JSON list of tools, or is cut: send one JSON array and nothing else"


class Unreadable(ValueError):
    """The reply holds no plan that can be read in one way only; the message is for the model."""


def tools_in(raw: str) -> list[dict[str, Any]]:
    """The tools that the reply holds, as decoded JSON objects. A lone object counts as a list of one.

    Prose around the list, a code fence and trailing commas are tolerated as long as only one reading is left.
    """
    found = _strict(raw)
    if found is None:
        candidates = [value for block in _FENCE.findall(raw) if (value := _strict(block)) is not None]
        # A fence inside a string of the list is no fence: then the list itself is looked for.
        candidates = candidates if len(candidates) == 1 and _is_plan(candidates[0]) else _embedded(raw)
        plans = [value for value in candidates if _is_plan(value)]
        if len(plans) > 1:
            raise Unreadable(f"the reply holds {len(plans)} JSON lists of tools: send exactly one")
        if not plans:
            raise Unreadable(_NO_PLAN)
        found = plans[0]
    items = found if isinstance(found, list) else [found]
    for position, item in enumerate(items, start=1):
        kind = item.get("type") if isinstance(item, dict) else None
        if kind not in KNOWN_TYPES:
            raise Unreadable(f"tool {position}: unknown type {str(kind)[:60]!r}: use one of {', '.join(KNOWN_TYPES)}")
    return items


def _is_plan(value: Any) -> bool:
    items = value if isinstance(value, list) else [value]
    return bool(items) and all(isinstance(item, dict) and "type" in item for item in items)


def _strict(text: str) -> Any:
    for candidate in (text, _without_trailing_commas(text)):
        try:
            value = json.loads(candidate, strict=False, parse_constant=_refuse)
        except (ValueError, RecursionError):
            continue
        return value if isinstance(value, list | dict) else None
    return None


def _embedded(text: str) -> list[Any]:
    """Every outermost JSON list or object that stands in the text. Raises Unreadable where one is cut or broken."""
    decoder = json.JSONDecoder(strict=False, parse_constant=_refuse)
    found, position, starts = list[Any](), 0, 0
    while (match := _START.search(text, position)) and starts < _MAX_STARTS:
        starts += 1
        try:
            value, position = decoder.raw_decode(text, match.start())
        except (ValueError, RecursionError):
            # Whether a quote opens or closes is known only from here on, where JSON begins.
            repaired = _without_trailing_commas(text[match.start() :])
            try:
                value, position = decoder.raw_decode(repaired)
            except (ValueError, RecursionError):
                if _LIKE_JSON.match(text, match.start()):
                    raise Unreadable(_NO_PLAN) from None
                position = match.start() + 1
                continue
            text = repaired
        found.append(value)
    return found


def _without_trailing_commas(text: str) -> str:
    return _STRING_OR_TRAILING_COMMA.sub(lambda match: match[1] or "", text)


def _refuse(constant: str) -> None:
    raise ValueError(constant)
