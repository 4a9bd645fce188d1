"""A plan as JSON text: a list of tools, split after each resume, or a list of such lists, one a turn."""

import json
from typing import Any

from orchestration.states import EngineName
from orchestration.tools import MessageToUser, Resume, SpawnREPL, TaskType, Tool

MAX_PLAN_CHARS = 64 * 1024**2
_FIELDS: dict[str, dict[str, tuple[type, ...]]] = {
    "spawn_repl": {
        "task_id": (str,),
        "code_to_execute": (str,),
        "task_type": (str, type(None)),
        "context_data": (str, type(None)),
        "timeout_seconds": (int, type(None)),
        "repl": (str, type(None)),
        "engine": (str, type(None)),
    },
    "message_to_user": {"message": (str,), "understood": (bool, type(None))},
    "resume": {},
}
_REQUIRED = {"spawn_repl": ("task_id", "code_to_execute"), "message_to_user": ("message",), "resume": ()}


class Wrong(ValueError):
    """The plan breaks its form; the message says where."""


def turns_of(text: str) -> list[list[dict[str, Any]]]:
    """The plan's turns, each a non-empty list of JSON objects. Raises Wrong."""
    if len(text) > MAX_PLAN_CHARS:
        raise Wrong(f"the plan is over {MAX_PLAN_CHARS} characters")
    try:
        plan = json.loads(text)
    except json.JSONDecodeError as error:
        raise Wrong(f"not JSON: line {error.lineno}, column {error.colno}: {error.msg}") from None
    except (ValueError, RecursionError) as error:
        raise Wrong(f"not JSON: {type(error).__name__}") from None
    if not isinstance(plan, list) or not plan:
        raise Wrong("a plan is a list of tools, or a list of lists of tools (one list a turn), and not empty")
    turns = plan if all(isinstance(turn, list) for turn in plan) else _split(plan)
    for number, turn in enumerate(turns, start=1):
        if not turn:
            raise Wrong(f"turn {number} is empty")
        for at, item in enumerate(turn, start=1):
            if not isinstance(item, dict):
                raise Wrong(f"turn {number}, tool {at}: not a JSON object")
    return turns


def tool_of(item: dict[str, Any], where: str) -> Tool:
    """One tool. Raises Wrong for an unknown type or field, a missing one, or one of another type."""
    kind = item.get("type")
    if not isinstance(kind, str) or kind not in _FIELDS:
        raise Wrong(f"{where}: unknown type {str(kind)[:60]!r}: use one of {', '.join(_FIELDS)}")
    given = {name: value for name, value in item.items() if name != "type"}
    for name in _REQUIRED[kind]:
        if name not in given:
            raise Wrong(f"{where}: {name} is missing")
    for name, value in given.items():
        allowed = _FIELDS[kind].get(name)
        if allowed is None:
            raise Wrong(f"{where}: unknown field {name[:60]!r}")
        if not isinstance(value, allowed) or (isinstance(value, bool) and bool not in allowed):
            raise Wrong(f"{where}: {name} must be {' or '.join(_JSON_NAMES[kind] for kind in allowed)}")
        if isinstance(value, str) and ("\0" in value or not _is_text(value)):
            raise Wrong(f"{where}: {name} holds a NUL or half of a surrogate pair")
    return _built(kind, given, where)


_JSON_NAMES = {str: "text", int: "a whole number", bool: "true or false", type(None): "null"}


def _built(kind: str, given: dict[str, Any], where: str) -> Tool:
    if kind == "resume":
        return Resume()
    if kind == "message_to_user":
        return MessageToUser(given["message"], given.get("understood"))
    try:
        task_type = TaskType(given.get("task_type") or TaskType.COMPUTE)
    except ValueError:
        raise Wrong(f"{where}: task_type must be one of {', '.join(TaskType)}") from None
    try:
        engine = EngineName(given.get("engine") or EngineName.AUTO)
    except ValueError:
        raise Wrong(f"{where}: engine must be one of {', '.join(EngineName)}") from None
    return SpawnREPL(
        task_id=given["task_id"],
        task_type=task_type,
        code_to_execute=given["code_to_execute"],
        context_data=given.get("context_data") or "null",
        timeout_seconds=given.get("timeout_seconds"),
        repl=given.get("repl"),
        engine=engine,
    )


def _is_text(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _split(items: list[Any]) -> list[list[Any]]:
    turns: list[list[Any]] = [[]]
    for item in items:
        turns[-1].append(item)
        if isinstance(item, dict) and item.get("type") == "resume":
            turns.append([])
    return turns if turns[-1] else turns[:-1]
