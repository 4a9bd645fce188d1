"""Bad input at a stack that serves: one line that names the field and the remedy, its exit code, and nothing stored."""

import json
import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text

from replwright.local import stack
from replwright.settings import Settings
from tests.support.cli import REPLWRIGHT
from tests.support.database import connections
from tests.support.served import Served

SPAWN = {"type": "spawn_repl", "task_id": "a", "task_type": "Compute", "code_to_execute": "1"}
MANY = 10_001


def stored(served: Served) -> int:
    endpoints = stack.attach(Settings(home=served.home, model="offline"))
    assert endpoints
    with connections(endpoints.database_url) as engine, engine.connect() as connection:
        return int(connection.execute(text("SELECT count(*) FROM orchestrations")).scalar_one())


def refused(served: Served, *arguments: str, stdin: str | None = None) -> str:
    """The one line that says why."""
    before = stored(served)
    ran = served(*arguments, stdin=stdin)
    lines = [line for line in ran.err.splitlines() if line.startswith("replwright: ")]
    assert (ran.code, len(lines), ran.out) == (2, 1, ""), ran
    assert "Traceback" not in ran.err
    assert stored(served) == before
    return lines[0]


def plan_file(folder: Path, steps: Sequence[Any]) -> str:
    path = folder / "plan.json"
    path.write_text(json.dumps(steps))
    return str(path)


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        pytest.param([], ("plan", "not empty"), id="no spawn"),
        pytest.param([{**SPAWN, "task_id": f"t{n}"} for n in range(MANY)], ("200",), id="10,001 spawns"),
        pytest.param([SPAWN, SPAWN], ("'a'",), id="a task id twice"),
        pytest.param([[SPAWN], [SPAWN]], ("'a'",), id="a task id of an earlier step"),
        pytest.param([{**SPAWN, "task_id": "a b"}], ("task_id",), id="a bad task id"),
        pytest.param([{**SPAWN, "task_id": ""}], ("task_id",), id="an empty task id"),
        pytest.param([{**SPAWN, "context_data": "{no json"}], ("context_data",), id="a context that is not JSON"),
        pytest.param([{**SPAWN, "context_data": "1" * 11_000_000}], ("context_data",), id="a context over its cap"),
        pytest.param([{**SPAWN, "timeout_seconds": 601}], ("timeout_seconds",), id="a timeout over the cap"),
        pytest.param([{**SPAWN, "timeout_seconds": -1}], ("timeout_seconds",), id="a negative timeout"),
        pytest.param([{**SPAWN, "code_to_execute": "'\ud800'"}], ("code_to_execute",), id="a lone surrogate"),
        pytest.param([{**SPAWN, "code_to_execute": "\0"}], ("code_to_execute",), id="a NUL"),
        pytest.param([{**SPAWN, "type": "format_disk"}], ("format_disk",), id="an unknown tool"),
    ],
)
def test_a_plan_that_breaks_the_rules_is_refused_before_it_is_stored(
    served: Served, tmp_path: Path, plan: list[Any], words: tuple[str, ...]
) -> None:
    line = refused(served, "run", "what is it?", "--plan", plan_file(tmp_path, plan))
    assert all(word in line for word in words), line
    assert len(line) < 500


@pytest.mark.parametrize("context", [b"{", b"\xff\xfe", b"[" * 100_000, b"NaN", b'{"a": 1, "a": 2', b""])
def test_a_context_that_is_not_json_is_refused(served: Served, tmp_path: Path, context: bytes) -> None:
    path = tmp_path / "context.json"
    path.write_bytes(context)
    line = refused(served, "exec", "-", "--context", str(path), stdin="1")
    assert "context" in line


def test_a_question_in_no_encoding_is_refused(served: Served) -> None:
    # given what a shell passes on when a script mixes encodings
    before = stored(served)
    arguments: list[bytes] = [os.fsencode(REPLWRIGHT), b"run", b"how many \xff\xfe rows?"]
    ran = subprocess.run(arguments, env=served.env, capture_output=True, timeout=120, check=False)
    # then
    assert ran.returncode == 2, ran
    assert b"question" in ran.stderr
    assert b"Traceback" not in ran.stderr
    assert stored(served) == before


def test_a_key_that_was_used_for_another_question_is_a_conflict_and_for_the_same_the_same_job(served: Served) -> None:
    # given
    key, asked = f"key-{uuid4()}", ("submit", "--json", "--idempotency-key")
    first = served(*asked, key, "how many rows?").json
    # when
    again = served(*asked, key, "how many rows?").json
    line = refused(served, "submit", "--idempotency-key", key, "how many columns?")
    # then
    assert (again["id"], again["created"]) == (first["id"], False)
    assert "idempotency_key" in line
    served("cancel", first["id"])


@pytest.mark.parametrize("command", ["show", "watch", "cancel", "retry", "fork"])
@pytest.mark.parametrize("number", ["not-an-id", "00000000-0000-0000-0000-000000000000", "' OR 1=1 --", "\u202e"])
def test_an_id_that_names_no_job_is_refused(served: Served, command: str, number: str) -> None:
    assert "orchestration" in refused(served, command, number)


@pytest.mark.parametrize(
    "code",
    [
        pytest.param("while True: print('x' * 1000)", id="endless"),
        pytest.param("print('x' * 10_000_000, end='')", id="without a newline"),
        pytest.param("import sys; sys.stdout.write('\\x00\\x1b[2J\\x9b\\ufffe' * 1000)", id="binary"),
    ],
)
def test_output_that_nobody_could_read_is_capped_and_made_harmless(served: Served, code: str) -> None:
    # when
    as_json = served("exec", "-", "--json", "--timeout", "20", stdin=code)
    shown = served("exec", "-", "--timeout", "20", stdin=code)
    # then
    assert len(as_json.json["stdout"].encode()) <= 64 * 1024
    assert not {"\0", "\x1b", "\x9b"} & set(shown.out)
