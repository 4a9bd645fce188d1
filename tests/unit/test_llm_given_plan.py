"""Plans that people write: checked at submit, replayed turn by turn, answered from what the tasks put out."""

import json
from typing import Any

import pytest

from orchestration.errors import BadInput
from orchestration.states import EngineName, ErrorKind
from orchestration.tools import SESSION_REPL, MessageToUser, REPLResult, REPLState, Resume, SpawnREPL
from replwright.llm.choose import GIVEN_PLAN
from replwright.llm.given_plan import GivenPlanModel, exec_plan, validate_plan_text
from tests.support.turns import turn
from workers.interrupts import Interrupt


def spawn(task_id: str, code: str = "1", **more: Any) -> dict[str, Any]:
    return {"type": "spawn_repl", "task_id": task_id, "code_to_execute": code, **more}


RESUME = {"type": "resume"}
DONE = {"type": "message_to_user", "message": "done"}


def replayed(plan: str, step: int, *results: REPLResult, **state: Any) -> tuple[Any, ...]:
    model = GivenPlanModel()
    at = turn(step, given_plan=plan, results=results)
    reply = model.ask(at, REPLState(completed_results=results, **state), Interrupt())
    assert (reply.model, reply.input_tokens) == (GIVEN_PLAN, 0)
    parsed = model.parse(reply)
    assert parsed.problems == ()
    return parsed.tools


def ok(task_id: str, stdout: str = "", value: str | None = None) -> REPLResult:
    return REPLResult(task_id, is_success=True, stdout=stdout, value=value)


@pytest.mark.parametrize(
    "written",
    [
        pytest.param([spawn("a"), RESUME, spawn("b"), RESUME, DONE], id="one list, split after each resume"),
        pytest.param([[spawn("a"), RESUME], [spawn("b"), RESUME], [DONE]], id="a list a turn"),
        pytest.param([[spawn("a")], [spawn("b")], [DONE]], id="a resume after a spawn is implied"),
    ],
)
def test_turn_n_is_the_reply_of_step_n(written: list[Any]) -> None:
    # given
    plan = validate_plan_text(json.dumps(written))
    # when
    turns = [replayed(plan, step) for step in (1, 2, 3)]
    # then
    assert [[tool.task_id for tool in tools if isinstance(tool, SpawnREPL)] for tools in turns] == [["a"], ["b"], []]
    assert turns[2] == (MessageToUser("done"),)


def test_the_answer_without_a_message_is_what_the_last_batch_put_out() -> None:
    # given
    plan = validate_plan_text(json.dumps([spawn("a"), RESUME, spawn("b"), spawn("c"), spawn("d"), RESUME]))
    failed = REPLResult("d", is_success=False, stderr="ZeroDivisionError: x", error_kind=ErrorKind.EXCEPTION)
    # when
    [answer] = replayed(plan, 3, ok("a", "old\n"), ok("b", "printed\n", "7"), ok("c", value="42"), failed)
    # then
    assert answer.message == "printed\n42\ntask d failed (exception): ZeroDivisionError: x"


def test_output_beyond_an_answers_size_is_cut_and_says_so() -> None:
    # given
    plan = validate_plan_text(json.dumps([spawn("a"), spawn("b"), RESUME]))
    # when
    [answer] = replayed(plan, 2, ok("a", "x" * 300_000), ok("b", "short"))
    # then
    assert len(answer.message) <= 200_000
    assert "characters left out" in answer.message
    assert answer.message.endswith("short")


def test_a_last_call_answers_from_the_results_there_are() -> None:
    # given
    plan = validate_plan_text(json.dumps([spawn("a"), RESUME, spawn("b"), RESUME]))
    # when
    [answer] = replayed(plan, 2, ok("a", "so far"), final_call="step_limit")
    # then
    assert answer == MessageToUser("so far")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "not JSON: line 1, column 1"),
        ("[1,\n 2", "line 2"),
        ("{}", "a list of tools"),
        ("[]", "not empty"),
        ("[" * 100_000, "not JSON"),
        (json.dumps([[]]), "turn 1 is empty"),
        (json.dumps([[DONE], "x"]), "turn 1, tool 1: not a JSON object"),
        (json.dumps([{"type": "spawn"}]), "turn 1, tool 1: unknown type 'spawn'"),
        (json.dumps([spawn("a"), RESUME, {"type": "spawn_repl", "task_id": "b"}]), "turn 2, tool 1: code_to_execute"),
        (json.dumps([spawn("a") | {"code_to_execute": 1}]), "code_to_execute must be text"),
        (json.dumps([spawn("a", timeout_seconds=True)]), "timeout_seconds must be a whole number or null"),
        (json.dumps([spawn("a", timeout_seconds=0)]), "timeout_seconds must be 1 to 600"),
        (json.dumps([spawn("a", speed=1)]), "unknown field 'speed'"),
        (json.dumps([spawn("a", task_type="Dance")]), "task_type must be one of Analyze"),
        (json.dumps([spawn("a", engine="java")]), "turn 1, tool 1: engine must be one of auto, cpython, rust"),
        (json.dumps([spawn("a", engine=1)]), "engine must be text or null"),
        (json.dumps([spawn("a", repl="a b")]), "repl takes 1 to 100 letters"),
        (json.dumps([spawn("a", "1 +")]), "does not compile"),
        (json.dumps([spawn("a", context_data="{")]), "context_data is not JSON"),
        (json.dumps([spawn("a b")]), "task_id takes"),
        (json.dumps([spawn("a"), spawn("a")]), "stands 2 times"),
        (json.dumps([spawn("a"), RESUME, spawn("a")]), "turn 2: SpawnREPL 'a': this task_id was used"),
        (json.dumps([RESUME]), "waits for nothing"),
        (json.dumps([[DONE], [spawn("a")]]), "turn 1: its message would end the job before turn 2"),
        ('[{"type": "message_to_user", "message": "\\ud800"}]', "half of a surrogate pair"),
    ],
)
def test_a_plan_that_breaks_the_rules_is_refused_by_place(text: str, told: str) -> None:
    with pytest.raises(BadInput) as caught:
        validate_plan_text(text)
    assert told in str(caught.value)
    assert caught.value.field == "plan"


def test_exec_is_a_plan_of_one_task() -> None:
    # given
    plan = exec_plan("print(context['n'])", '{"n": 4}', 60)
    # when
    [task, resume] = replayed(plan, 1)
    # then
    assert (task.task_id, task.code_to_execute) == ("exec", "print(context['n'])")
    assert (task.context_data, task.timeout_seconds) == ('{"n": 4}', 60)
    assert resume == Resume()
    assert replayed(plan, 2, ok("exec", "4\n")) == (MessageToUser("4"),)


def test_exec_names_its_engine_and_its_repl() -> None:
    [plain, _] = replayed(exec_plan("1"), 1)
    [named, _] = replayed(exec_plan("1", engine=EngineName.RUST, repl=SESSION_REPL), 1)
    assert (plain.engine, plain.repl, plain.timeout_seconds) == (EngineName.AUTO, None, None)
    assert (named.engine, named.repl) == (EngineName.RUST, "main")


def test_a_plan_may_name_engines_and_repls() -> None:
    plan = validate_plan_text(json.dumps([spawn("a", engine="cpython", repl="r"), spawn("b", engine=None), RESUME]))
    [one, other, _] = replayed(plan, 1)
    assert [(one.engine, one.repl), (other.engine, other.repl)] == [(EngineName.CPYTHON, "r"), (EngineName.AUTO, None)]


@pytest.mark.parametrize("code", ["1 +", "def f(:", "x = '", "\0", "  indented\nnot"])
def test_exec_of_code_that_does_not_compile_fails_in_its_task(code: str) -> None:
    # given
    [task, _] = replayed(exec_plan(code), 1)
    # when, then
    with pytest.raises(SyntaxError):
        exec(compile(task.code_to_execute, "<repl>", "exec"))


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        (("  ",), "code"),
        (("1", "{"), "plan"),
        (("1", "null", 0), "plan"),
        (("1", "null", None, EngineName.AUTO, "a b"), "plan"),
        (("1", "1" * 11_000_000), "context"),
    ],
)
def test_exec_refuses_bad_input(arguments: tuple[Any, ...], field: str) -> None:
    with pytest.raises(BadInput) as caught:
        exec_plan(*arguments)
    assert caught.value.field == field
