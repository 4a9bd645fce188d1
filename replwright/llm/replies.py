"""From a raw reply to a plan: pure, so that a journaled reply parses the same after any crash."""

import json
from typing import Any

from orchestration.records import ParsedPlan, Reply
from replwright.llm.reply_json import Unreadable, tools_in

MAX_REPLY_CHARS = 64 * 1024**2
CUT = frozenset({"length", "max_tokens", "model_length"})
TOO_LONG = "too_long"
_MAX_PROBLEM_CHARS = 600


def parse_reply(reply: Reply) -> ParsedPlan:
    """The tools of a reply, checked against its raw text: BAML drops list items that it cannot read, silently."""
    if reply.finish_reason in CUT:
        return _refused("the reply was cut by its length limit: send a shorter list, with fewer or smaller tasks")
    if reply.finish_reason == TOO_LONG:
        return _refused(f"the reply is over {MAX_REPLY_CHARS} characters")
    try:
        items = tools_in(reply.raw)
        if not items:
            return ParsedPlan(())
        # What BAML reads is our canonical JSON of it: quotes, fences and brackets inside code cannot mislead it.
        text = json.dumps(items)
        if "\\u0000" in text or _has_lone_surrogate(items):
            return _refused("a text holds a NUL or half of a surrogate pair: leave such characters out")
    except Unreadable as error:
        return _refused(str(error))
    return _typed(text, len(items))


def _typed(text: str, count: int) -> ParsedPlan:
    from baml_py.errors import BamlError, BamlValidationError

    from baml_client import b
    from replwright.llm.baml_values import from_tools

    try:
        parsed = b.parse.OrchestrateREPLTasks(text)
    except BamlValidationError as error:
        return _refused(f"the tools do not have the fields they need: {error.message}")
    except BamlError as error:
        return _refused(f"the reply cannot be parsed: {type(error).__name__}")
    if len(parsed) != count:
        return _refused(
            f"only {len(parsed)} of the {count} tools of the reply could be read: "
            "check their fields' names and types, and send the whole list again"
        )
    return ParsedPlan(from_tools(parsed))


def _has_lone_surrogate(items: Any) -> bool:
    try:
        json.dumps(items, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return True
    return False


def _refused(problem: str) -> ParsedPlan:
    return ParsedPlan((), (problem[:_MAX_PROBLEM_CHARS],))
