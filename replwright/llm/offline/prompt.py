"""Read the ordinary prompt: the JSON sections of its last user message. No side channel."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from replwright.llm.offline.table import Table, table_of

_SECTIONS = re.compile(r"<state>\s*([^<]*?)\s*</state>\s*<query>\s*([^<]*?)\s*</query>\s*\Z")


class NoPrompt(ValueError):
    """The request does not hold the sections that a prompt of ours ends with."""


@dataclass(frozen=True, slots=True)
class Result:
    """A REPL's result as the prompt shows it."""

    task_id: str
    is_success: bool
    stdout: str
    stderr: str
    error_kind: str


@dataclass(frozen=True, slots=True)
class Prompt:
    question: str
    tables: tuple[Table, ...]
    results: tuple[Result, ...]
    plan_errors: tuple[str, ...]
    final_call: str | None


def prompt_of(messages: Sequence[Mapping[str, Any]]) -> Prompt:
    """The prompt in a chat request's messages. Raises NoPrompt."""
    spoken = [message for message in messages if isinstance(message, dict) and message.get("role") == "user"]
    match = _SECTIONS.search(_text(spoken[-1].get("content")) if spoken else "")
    if match is None:
        raise NoPrompt("the last user message does not end with a <state> and a <query> section")
    try:
        state, query = json.loads(match[1]), json.loads(match[2])
        return Prompt(
            question=str(query["message"]),
            tables=tuple(table_of(profile) for profile in state.get("inputs") or ()),
            results=tuple(_result(result) for result in state.get("completed_results") or ()),
            plan_errors=tuple(str(problem) for problem in state.get("plan_errors") or ()),
            final_call=state.get("final_call"),
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise NoPrompt(f"a section cannot be read: {type(error).__name__}") from None


def _text(content: Any) -> str:
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list) else []
    return "".join(str(part.get("text", "")) for part in parts if isinstance(part, dict))


def _result(result: Mapping[str, Any]) -> Result:
    return Result(
        task_id=str(result["task_id"]),
        is_success=result["is_success"] is True,
        stdout=str(result.get("stdout") or ""),
        stderr=str(result.get("stderr") or ""),
        error_kind=str(result.get("error_kind") or "failed"),
    )
