"""What a submit must pass before anything is stored, and the hash that tells two requests apart."""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from uuid import UUID

from models.text import is_storable
from orchestration.errors import BadInput
from orchestration.limits import MAX_INPUT_BYTES, MAX_INPUTS, MAX_PLAN_CONTEXT_BYTES, MAX_QUESTION_CHARS, Limits
from orchestration.plan import REPL_NAME_RULE, is_repl_name
from orchestration.records import Fork, Input, NewOrchestration

FORMATS = frozenset({"csv", "tsv", "json", "jsonl", "parquet", "xlsx"})
MAX_NAME_CHARS = 200
MAX_GIVEN_PLAN_CHARS = 2 * MAX_PLAN_CONTEXT_BYTES

_BLOB = re.compile(r"[0-9a-f]{64}\Z")


def check(new: NewOrchestration) -> None:
    """Raises BadInput, which names the field and the limit."""
    _text("question", new.question, MAX_QUESTION_CHARS)
    _text("model", new.model, MAX_NAME_CHARS)
    _text("tenant", new.tenant, MAX_NAME_CHARS)
    _text_if_given("session_id", new.session_id, MAX_NAME_CHARS)
    _text_if_given("idempotency_key", new.idempotency_key, MAX_NAME_CHARS)
    _text_if_given("root_task_id", new.root_task_id, MAX_NAME_CHARS)
    _text_if_given("plan", new.given_plan, MAX_GIVEN_PLAN_CHARS)
    _inputs(new.inputs)


def check_fork(fork: Fork) -> None:
    """Raises BadInput; what depends on the orchestration that is forked is checked there."""
    _text_if_given("question", fork.question, MAX_QUESTION_CHARS)
    _text_if_given("model", fork.model, MAX_NAME_CHARS)
    _text_if_given("idempotency_key", fork.idempotency_key, MAX_NAME_CHARS)
    _text_if_given("root_task_id", fork.root_task_id, MAX_NAME_CHARS)
    if fork.step is not None and fork.step < 1:
        raise BadInput("step", f"{fork.step} is below 1", "steps are counted from 1")
    if fork.deadline_s is not None:
        Limits(deadline_s=fork.deadline_s)


def check_repl(session_id: str, name: str) -> None:
    """A library caller's session and named REPL. Raises BadInput."""
    _text("session_id", session_id, MAX_NAME_CHARS)
    if not is_repl_name(name):
        raise BadInput("repl", f"{name[:MAX_NAME_CHARS]!r} is no name of a REPL", REPL_NAME_RULE)


def request_hash(new: NewOrchestration) -> str:
    """The same for two submits that ask for the same."""
    asked = {
        "question": new.question,
        "model": new.model,
        "inputs": [[item.name, item.blob, item.format] for item in new.inputs],
        "limits": new.limits.as_dict(),
        "plan": new.given_plan,
        "session": new.session_id,
        "samples": new.show_samples,
    }
    return _hash(asked)


def fork_hash(orchestration_id: UUID, fork: Fork) -> str:
    """The same for two forks that ask for the same."""
    asked = {
        "fork_of": str(orchestration_id),
        "step": fork.step,
        "question": fork.question,
        "model": fork.model,
        "deadline_s": fork.deadline_s,
    }
    return _hash(asked)


def _hash(asked: Mapping[str, object]) -> str:
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()


def _text_if_given(field: str, text: str | None, most: int) -> None:
    if text is not None:
        _text(field, text, most)


def _text(field: str, text: str, most: int) -> None:
    if not text.strip():
        raise BadInput(field, "is empty", f"give 1 to {most} characters")
    if len(text) > most:
        raise BadInput(field, f"has {len(text)} characters", f"give at most {most}")
    if not is_storable(text):
        raise BadInput(field, "holds a NUL or half of a surrogate pair", "give valid Unicode text")


def _inputs(inputs: Iterable[Input]) -> None:
    names = set[str]()
    for number, item in enumerate(inputs):
        if number >= MAX_INPUTS:
            raise BadInput("inputs", f"there are more than {MAX_INPUTS}", f"give at most {MAX_INPUTS} files")
        _text("input name", item.name, MAX_NAME_CHARS)
        if item.name in names:
            raise BadInput("inputs", f"the name {item.name!r} stands twice", "give each input its own name")
        names.add(item.name)
        if item.format not in FORMATS:
            raise BadInput("inputs", f"{item.name!r} has the unknown format {item.format!r}", _formats())
        if item.size <= 0:
            raise BadInput("inputs", f"{item.name!r} is empty", "give a file with data in it")
        if item.size > MAX_INPUT_BYTES:
            raise BadInput("inputs", f"{item.name!r} has {item.size} bytes", f"give at most {MAX_INPUT_BYTES}")
        if not _BLOB.match(item.blob):
            raise BadInput("inputs", f"{item.name!r} has no content hash", "store the file first")


def _formats() -> str:
    return "give one of " + ", ".join(sorted(FORMATS))
