"""Check a plan: the table of the design, row by row. Pure; what is wrong comes back as lines for the model."""

import json
import re
import warnings
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from orchestration.limits import (
    MAX_ANSWER_CHARS,
    MAX_CODE_BYTES,
    MAX_CONTEXT_BYTES,
    MAX_PLAN_CONTEXT_BYTES,
    MAX_REPL_NAME_CHARS,
    MAX_TASK_ID_CHARS,
    MAX_TASK_TIMEOUT_S,
)
from orchestration.tools import MessageToUser, Resume, SpawnREPL, Tool

REPL_NAME_RULE = f"repl takes 1 to {MAX_REPL_NAME_CHARS} letters, digits, '_', '-' and '.'"

_TASK_ID = re.compile(r"[A-Za-z0-9_-]+\Z")
_REPL_NAME = re.compile(rf"[A-Za-z0-9_.-]{{1,{MAX_REPL_NAME_CHARS}}}\Z")


@dataclass(frozen=True, slots=True)
class PlanRules:
    """What a plan is held against: ids already taken, the caps of this step, and what still runs.

    `must_compile` is off where nobody could repair the code: it then fails in its REPL, with the same words.
    """

    used_task_ids: frozenset[str] = frozenset()
    max_spawns: int = 200
    active_tasks: frozenset[str] = frozenset()
    must_compile: bool = True


def problems_of(tools: Sequence[Tool], rules: PlanRules) -> tuple[str, ...]:
    """Every reason to refuse this plan, in the order of the plan; empty if it may run."""
    if not tools:
        return ("the plan is empty: return SpawnREPL tools, or a MessageToUser with the answer",)
    spawns = [tool for tool in tools if isinstance(tool, SpawnREPL)]
    messages = [tool for tool in tools if isinstance(tool, MessageToUser)]
    return (*_shape(tools, spawns, messages, rules), *_messages(messages), *_spawns(spawns, rules))


def is_repl_name(name: str) -> bool:
    """Whether a named REPL may be called so."""
    return _REPL_NAME.match(name) is not None


def _shape(
    tools: Sequence[Tool], spawns: Sequence[SpawnREPL], messages: Sequence[MessageToUser], rules: PlanRules
) -> Iterable[str]:
    resumes = any(isinstance(tool, Resume) for tool in tools)
    if resumes and not spawns and not rules.active_tasks:
        yield "Resume waits for nothing: no task is active and this plan spawns none"
    if spawns and any(message.understood is False for message in messages):
        yield "a MessageToUser with understood=false must stand alone, without SpawnREPL"


def _messages(messages: Sequence[MessageToUser]) -> Iterable[str]:
    if messages and not any(message.message.strip() for message in messages):
        yield "MessageToUser: the message is empty"
    if sum(len(message.message) for message in messages) > MAX_ANSWER_CHARS:
        yield f"MessageToUser: longer than {MAX_ANSWER_CHARS} characters"


def _spawns(spawns: Sequence[SpawnREPL], rules: PlanRules) -> Iterable[str]:
    if len(spawns) > rules.max_spawns:
        yield f"{len(spawns)} SpawnREPL tools, but at most {rules.max_spawns} are allowed now"
        return
    for task_id, count in Counter(spawn.task_id for spawn in spawns).items():
        if count > 1:
            yield f"task_id {task_id[:MAX_TASK_ID_CHARS]!r} stands {count} times: each needs its own"
    for spawn in spawns:
        for problem in _spawn(spawn, rules):
            yield f"SpawnREPL {spawn.task_id[:MAX_TASK_ID_CHARS]!r}: {problem}"
    if sum(len(spawn.context_data.encode(errors="replace")) for spawn in spawns) > MAX_PLAN_CONTEXT_BYTES:
        yield f"context_data of all tasks together is over {MAX_PLAN_CONTEXT_BYTES} bytes"


def _spawn(spawn: SpawnREPL, rules: PlanRules) -> Iterable[str]:
    if not _TASK_ID.match(spawn.task_id) or len(spawn.task_id) > MAX_TASK_ID_CHARS:
        yield f"task_id takes 1 to {MAX_TASK_ID_CHARS} letters, digits, '_' and '-'"
    if spawn.task_id in rules.used_task_ids:
        yield "this task_id was used in an earlier step"
    if spawn.timeout_seconds is not None and not 1 <= spawn.timeout_seconds <= MAX_TASK_TIMEOUT_S:
        yield f"timeout_seconds must be 1 to {MAX_TASK_TIMEOUT_S}"
    if spawn.repl is not None and not is_repl_name(spawn.repl):
        yield REPL_NAME_RULE
    yield from _code(spawn.code_to_execute, rules.must_compile)
    yield from _context(spawn.context_data)


def _code(code: str, must_compile: bool) -> Iterable[str]:
    if not code.strip():
        yield "code_to_execute is empty"
        return
    if len(code.encode(errors="replace")) > MAX_CODE_BYTES:
        yield f"code_to_execute is over {MAX_CODE_BYTES} bytes"
        return
    if not must_compile:
        return
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(code, "<repl>", "exec", dont_inherit=True)
    except SyntaxError as error:
        yield f"code does not compile: line {error.lineno}: {error.msg}"
    except (ValueError, RecursionError, MemoryError, OverflowError) as error:
        yield f"code does not compile: {type(error).__name__}: {error}"


def _context(text: str) -> Iterable[str]:
    if len(text.encode(errors="replace")) > MAX_CONTEXT_BYTES:
        yield f"context_data is over {MAX_CONTEXT_BYTES} bytes: pass large data as an input"
        return
    try:
        json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError):
        yield "context_data is not JSON text"


def _refuse(constant: str) -> None:
    raise ValueError(constant)
