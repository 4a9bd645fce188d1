"""What the code finds: its context, earlier results, the functions that its caller serves."""

import json

import pytest

from orchestration.repl_job import EarlierResult
from orchestration.states import EngineName, ErrorKind
from tests.support.sandbox import Sandbox

_CONTEXT = {"n": 21, "names": ["é", None, True], "deep": {"a": [1.5, {"b": "c"}]}, "big": 10**30}


def test_the_context_is_parsed(sandbox: Sandbox, engine: EngineName) -> None:
    outcome = sandbox.run("context", context=_CONTEXT, engine=engine)

    assert outcome.value == repr(_CONTEXT)
    assert outcome.value_json is not None
    assert json.loads(outcome.value_json) == _CONTEXT


def test_a_big_context_arrives_whole(sandbox: Sandbox, engine: EngineName) -> None:
    assert sandbox.run("len(context)", context="x" * 5_000_000, engine=engine).value == "5000000"


def test_a_job_without_context_finds_none(sandbox: Sandbox, engine: EngineName) -> None:
    assert sandbox.run("context is None", engine=engine).value == "True"


def test_earlier_results_are_there_with_their_output_and_typed_value(sandbox: Sandbox, engine: EngineName) -> None:
    results = [
        EarlierResult("total", "printed\n", "[1, 2.5]", "[1, 2.5]"),
        EarlierResult("shown", "", "{7}", None),
    ]

    outcome = sandbox.run(
        "sum(results['total'].value), results['total'].stdout, results['shown'].value, sorted(results)",
        results=results,
        engine=engine,
    )

    assert outcome.value == "(3.5, 'printed\\n', '{7}', ['shown', 'total'])"


def test_a_result_that_is_not_there_is_a_key_error(sandbox: Sandbox, engine: EngineName) -> None:
    outcome = sandbox.run("results['other']", engine=engine)

    assert outcome.error_kind is ErrorKind.EXCEPTION
    assert outcome.stderr is not None
    assert "KeyError" in outcome.stderr.splitlines()[-1]
    assert "other" in outcome.stderr.splitlines()[-1]


def test_the_code_calls_functions_that_its_caller_serves(sandbox: Sandbox, engine: EngineName) -> None:
    outcome = sandbox.run("echo(1, 'é', flag=None)", engine=engine, functions=["echo"])

    assert (outcome.value, outcome.is_success) == ("[[1, 'é'], {'flag': None}]", True), outcome.stderr


def test_many_calls_are_answered_in_order(sandbox: Sandbox, engine: EngineName) -> None:
    outcome = sandbox.run("[echo(i)[0][0] for i in range(200)] == list(range(200))", engine=engine, functions=["echo"])

    assert outcome.value == "True", outcome.stderr


def test_what_a_function_raises_is_raised_in_the_code(sandbox: Sandbox, engine: EngineName) -> None:
    code = "try:\n    fail('served badly')\nexcept RuntimeError as e:\n    print('caught', e)\nfail('again')"

    outcome = sandbox.run(code, engine=engine, functions=["fail"])

    assert (outcome.stdout, outcome.error_kind) == ("caught ValueError: served badly\n", ErrorKind.EXCEPTION)
    assert outcome.stderr is not None
    assert outcome.stderr.splitlines()[-1].endswith(": ValueError: again")


@pytest.mark.parametrize("code", ["echo({1, 2})", "odd()"])
def test_what_json_cannot_carry_is_an_error_in_the_code(sandbox: Sandbox, engine: EngineName, code: str) -> None:
    outcome = sandbox.run(code, engine=engine, functions=["echo", "odd"])

    assert outcome.error_kind is ErrorKind.EXCEPTION
    assert outcome.stderr is not None
    assert "TypeError" in outcome.stderr.splitlines()[-1]


def test_a_function_that_was_not_given_is_an_unknown_name(sandbox: Sandbox, engine: EngineName) -> None:
    outcome = sandbox.run("echo(1)", engine=engine)

    assert outcome.stderr is not None
    assert "NameError: name 'echo' is not defined" in outcome.stderr
