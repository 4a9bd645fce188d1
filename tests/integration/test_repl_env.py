"""What the documents' REPLEnv, AsyncREPLEnv and SecureREPLEnv did, and what holds for a caller of ours besides."""

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestration.errors import BadInput
from orchestration.limits import TaskLimits
from orchestration.states import ErrorKind, StateKind
from replwright.repl import AsyncREPLEnv, EngineName, REPLEnv, SecureREPLEnv
from replwright.repl.local_engine import LocalEngine


@pytest.fixture(scope="module")
def held() -> Iterator[None]:
    """One engine for the module: each environment would start and end its own."""
    engine = LocalEngine.lease()
    yield
    engine.give_back()


@pytest.fixture
def env(held: None) -> Iterator[REPLEnv]:
    with REPLEnv() as one:
        yield one


def test_output_is_captured_and_the_last_value_shown(env: REPLEnv) -> None:
    outcome = env.execute("import warnings\nprint('out')\nwarnings.warn('careful')\n6 * 7")
    assert (outcome.is_success, outcome.stdout, outcome.value) == (True, "out\n", "42")
    assert "UserWarning: careful" in str(outcome.stderr)


def test_variables_functions_and_imports_are_kept_between_calls(env: REPLEnv) -> None:
    env.execute("import math\nx = 1\ndef area(r):\n    return math.pi * r * r * x")
    env.execute("x = 2")
    assert env.execute("round(area(1), 3)").value == "6.283"


def test_an_error_is_told_and_what_came_before_it_is_kept(env: REPLEnv) -> None:
    outcome = env.execute("y = 5\nraise ValueError('no')")
    assert (outcome.is_success, outcome.error_kind) == (False, ErrorKind.EXCEPTION)
    assert "ValueError: no" in str(outcome.stderr)
    assert env.execute("y").value == "5"


def test_a_call_that_was_ended_leaves_the_state_before_it(env: REPLEnv) -> None:
    # given
    env.execute("z = 1")
    # when
    outcome = env.execute("z = 2\nwhile True: pass", timeout=0.5)
    # then
    assert outcome.error_kind is ErrorKind.TIMED_OUT
    assert outcome.state is not None
    assert outcome.state.kind is StateKind.UNCHANGED
    assert env.execute("z").value == "1"


def test_reset_forgets_every_variable(env: REPLEnv) -> None:
    env.execute("x = 1")
    env.reset()
    assert env.execute("x").error_kind is ErrorKind.EXCEPTION


def test_environments_share_nothing(env: REPLEnv) -> None:
    with REPLEnv() as other:
        env.execute("x = 1")
        assert other.execute("x").error_kind is ErrorKind.EXCEPTION


def test_context_comes_as_values(env: REPLEnv) -> None:
    assert env.execute("context['rows'][1] + 1", context={"rows": [1, 2]}).value == "3"
    with pytest.raises(BadInput, match=r"context: .*is not JSON"):
        env.execute("1", context={1, 2})


def test_functions_of_the_caller_can_be_called(held: None) -> None:
    def price(name: str, *, factor: int = 1) -> dict[str, int]:
        if name == "none":
            raise LookupError("no such thing")
        return {"price": len(name) * factor}

    with REPLEnv(functions={"price": price}) as env:
        assert env.execute("price('bus', factor=2)['price']").value == "6"
        outcome = env.execute("price('none')")
        assert "LookupError" in str(outcome.stderr)
        assert "no such thing" in str(outcome.stderr)


def test_time_spent_in_a_callers_function_does_not_count(held: None) -> None:
    with REPLEnv(functions={"slowly": lambda: time.sleep(1.0)}) as env:
        assert env.execute("slowly()\n'done'", timeout=0.6).value == "'done'"


def test_secure_rules_are_told_clearly(held: None, tmp_path: Path) -> None:
    with SecureREPLEnv() as env:
        told = {
            "import os": "module 'os' is not available",
            "import subprocess": "module 'subprocess' is not available",
            f"open({str(tmp_path / 'x')!r}, 'w')": "is refused",
            "eval('1')": "eval() is off",
            "exec('1')": "exec() is off",
            "input()": "input() is off",
        }
        for code, line in told.items():
            outcome = env.execute(code)
            assert outcome.error_kind is ErrorKind.DENIED, code
            assert line in str(outcome.stderr), code
        for name in ("json", "csv", "math", "statistics", "re", "datetime", "collections", "itertools", "functools"):
            assert env.execute(f"import {name}").is_success
        assert env.execute("import pandas, numpy\npandas.Series([1, 2]).sum()").value == "np.int64(3)"
        assert env.execute("open('mine.txt', 'w').write('kept')\nopen('mine.txt').read()").value == "'kept'"


def test_a_batch_runs_side_by_side_in_fresh_repls_and_comes_back_in_order(env: REPLEnv) -> None:
    env.execute("x = 1")
    outcomes = env.execute_batch(["import time; time.sleep(0.3); 'slow'", "1 + 1", "x"])
    assert [outcome.value for outcome in outcomes] == ["'slow'", "2", None]


async def test_async_environments_run_at_the_same_time(held: None) -> None:
    async with AsyncREPLEnv() as one, AsyncREPLEnv() as other:
        # when each waits for what the other has done
        await asyncio.gather(one.execute("a = 1"), other.execute("a = 2"))
        first, second = await asyncio.gather(one.execute("a"), other.execute("a"))
    assert (first.value, second.value) == ("1", "2")


async def test_calls_of_one_environment_take_turns(held: None) -> None:
    async with AsyncREPLEnv() as env:
        await env.execute("n = 0")
        await asyncio.gather(*(env.execute("n += 1") for _ in range(5)))
        assert (await env.execute("n")).value == "5"


def test_the_rust_engine_keeps_variables_too(held: None) -> None:
    with REPLEnv(engine=EngineName.RUST) as env:
        env.execute("x = 20")
        outcome = env.execute("x * 2 + 2")
        assert (outcome.value, outcome.engine) == ("42", "rust")


def test_limits_hold_for_each_call(held: None) -> None:
    with REPLEnv(limits=TaskLimits(output_bytes=1000)) as env:
        outcome = env.execute("print('x' * 100_000)")
        assert len(outcome.stdout) <= 1000
        assert "bytes cut" in outcome.stdout


def test_a_closed_environment_says_so() -> None:
    env = REPLEnv()
    env.close()
    env.close()
    with pytest.raises(BadInput, match="is closed"):
        env.execute("1")
