"""Parsing a raw reply: what is tolerated, what is refused, and that nothing is dropped or altered silently."""

import json
from typing import Any

import pytest

from orchestration.records import Reply
from orchestration.states import EngineName
from orchestration.tools import MessageToUser, Resume, SpawnREPL, TaskType
from replwright.llm.replies import TOO_LONG, parse_reply

SPAWN: dict[str, Any] = {
    "type": "spawn_repl",
    "task_id": "a",
    "task_type": "Analyze",
    "context_data": '{"n": 1}',
    "code_to_execute": "print(1)",
}
RESUME = {"type": "resume"}
MESSAGE = {"type": "message_to_user", "message": "hello"}


def parsed(raw: str, finish_reason: str | None = "stop") -> tuple[Any, ...]:
    plan = parse_reply(Reply(raw, "m", finish_reason))
    assert plan.problems == ()
    return plan.tools


def problem(raw: str, finish_reason: str | None = "stop") -> str:
    plan = parse_reply(Reply(raw, "m", finish_reason))
    assert plan.tools == ()
    assert len(plan.problems) == 1
    return plan.problems[0]


def test_an_engine_is_not_the_models_to_choose() -> None:
    [spawn] = parsed(json.dumps([{**SPAWN, "engine": "rust"}]))
    assert spawn.engine is EngineName.AUTO


def test_every_field_comes_through() -> None:
    # given
    spawn = {**SPAWN, "timeout_seconds": 60, "repl": "main"}
    refusal = {**MESSAGE, "understood": False}
    # when, then
    assert parsed(json.dumps([spawn, RESUME, refusal])) == (
        SpawnREPL("a", TaskType.ANALYZE, "print(1)", '{"n": 1}', 60, "main"),
        Resume(),
        MessageToUser("hello", understood=False),
    )


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(json.dumps([MESSAGE]), id="bare"),
        pytest.param(json.dumps(MESSAGE), id="a lone object"),
        pytest.param(f"Here is my plan:\n\n{json.dumps([MESSAGE])}\n\nGood luck!", id="prose around"),
        pytest.param(f"```json\n{json.dumps([MESSAGE], indent=2)}\n```", id="fenced"),
        pytest.param(f"Sure [1]:\n```\n{json.dumps([MESSAGE])}\n```\nDone.", id="fenced, with prose and brackets"),
        pytest.param('[{"type": "message_to_user", "message": "hello",},]', id="trailing commas"),
        pytest.param('Set {x} of [y], 5" wide: [{"type": "message_to_user", "message": "hello",}]', id="odd prose"),
        pytest.param(json.dumps([{**MESSAGE, "understood": None}]), id="null for an optional field"),
    ],
)
def test_one_unambiguous_reading_is_tolerated_whatever_stands_around_it(raw: str) -> None:
    assert parsed(raw) == (MessageToUser("hello"),)


@pytest.mark.parametrize(
    "code",
    [
        "x = ']'\nprint('[{\"type\": \"resume\"}]')",
        "text = '''```json\n[]\n```'''",
        "s = \"a,]\" + '{,}'",
        "print('\\u003c/state>', \"\\\\n\", r'\\d')",
        "# ünï – ‘quotes’\nprint('☃')",
        "if True:\n\tprint(1)\n",
    ],
)
@pytest.mark.parametrize("around", ["{}", "```json\n{}\n```", "I say:\n{}\nso."])
def test_code_arrives_exactly_as_it_was_written(code: str, around: str) -> None:
    # given
    raw = around.replace("{}", json.dumps([{**SPAWN, "code_to_execute": code}, RESUME]))
    # when
    [spawn, _] = parsed(raw)
    # then
    assert spawn.code_to_execute == code


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        ("", "not a JSON list of tools"),
        ("I cannot help with that.", "not a JSON list of tools"),
        (json.dumps([SPAWN, RESUME])[:-5], "not a JSON list of tools, or is cut"),
        (json.dumps([SPAWN]) + "\n" + json.dumps([MESSAGE]), "2 JSON lists of tools"),
        (json.dumps([{**MESSAGE, "type": "shout"}]), "tool 1: unknown type 'shout'"),
        (json.dumps([RESUME, "resume"]), "tool 2: unknown type 'None'"),
        (json.dumps([{"message": "no type"}]), "unknown type"),
        ("My plan: " + json.dumps([SPAWN, RESUME])[:-5], "not a JSON list of tools, or is cut"),
        ("```json\n" + json.dumps([SPAWN, RESUME])[:-1] + "\n```", "not a JSON list of tools, or is cut"),
        ('[{"type": "message_to_user", "message": "a" "b"}]', "not a JSON list of tools"),
        (json.dumps([MESSAGE, {"type": "message_to_user"}]), "only 1 of the 2 tools"),
        (json.dumps([{**SPAWN, "task_type": "Dance"}, RESUME]), "only 1 of the 2 tools"),
        ('[{"type": "message_to_user", "message": "half \\ud800"}]', "half of a surrogate pair"),
        ('[{"type": "message_to_user", "message": "nul \\u0000"}]', "NUL"),
        ("[" * 100_000, "not a JSON list of tools"),
        ('[{"type": "message_to_user", "message": NaN}]', "not a JSON list of tools"),
    ],
)
def test_a_reply_that_cannot_be_read_one_way_only_is_refused_with_the_reason(raw: str, told: str) -> None:
    assert told in problem(raw)


@pytest.mark.parametrize("finish_reason", ["length", "max_tokens"])
def test_a_reply_cut_by_its_length_is_refused_even_when_it_parses(finish_reason: str) -> None:
    assert "cut by its length limit" in problem(json.dumps([MESSAGE]), finish_reason)


def test_a_reply_over_the_cap_is_refused() -> None:
    assert "characters" in problem(json.dumps([MESSAGE]), TOO_LONG)


def test_an_empty_list_is_left_to_the_rules_of_a_plan() -> None:
    assert parsed("[]") == ()


def test_a_problem_never_repeats_the_whole_reply() -> None:
    assert len(problem(json.dumps([{"type": "x" * 100_000}]))) < 700
