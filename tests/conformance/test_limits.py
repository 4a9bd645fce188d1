"""The caps of a job: time, memory, output; after each the next job runs as if nothing had been."""

import pytest

from orchestration.states import EngineName, ErrorKind
from tests.support.sandbox import Sandbox


@pytest.mark.parametrize("code", ["while True:\n    pass", "import time\ntime.sleep(60)", "sum(range(10**12))"])
def test_code_that_runs_too_long_is_ended(sandbox: Sandbox, engine: EngineName, code: str) -> None:
    outcome = sandbox.run(code, engine=engine, timeout_s=0.5)

    assert (outcome.is_success, outcome.error_kind) == (False, ErrorKind.TIMED_OUT)
    assert outcome.stderr is not None
    assert outcome.stderr.endswith("timed out after 0.5 s\n")
    assert outcome.execution_time >= 0.4
    assert sandbox.run("1 + 1", engine=engine).value == "2"


def test_a_deadline_cannot_be_caught(sandbox: Sandbox, engine: EngineName) -> None:
    code = "while True:\n    try:\n        while True:\n            pass\n    except BaseException:\n        pass"

    assert sandbox.run(code, engine=engine, timeout_s=0.5).error_kind is ErrorKind.TIMED_OUT


@pytest.mark.parametrize(
    "code",
    ["'x' * 10**9", "x = [0] * (10**8)", "x = []\nwhile True:\n    x.append('y' * 1_000_000 + str(len(x)))"],
)
def test_memory_has_a_limit_that_is_named(sandbox: Sandbox, engine: EngineName, code: str) -> None:
    outcome = sandbox.run(code, engine=engine, memory_bytes=128 * 1024**2)

    assert (outcome.is_success, outcome.error_kind) == (False, ErrorKind.OUT_OF_MEMORY)
    assert outcome.stderr is not None
    assert outcome.stderr.endswith("out of memory: the limit is 128 MB\n")
    assert sandbox.run("1 + 1", engine=engine).value == "2"


def test_endless_output_is_ended_and_named(sandbox: Sandbox, engine: EngineName) -> None:
    outcome = sandbox.run("while True:\n    print('flood' * 1000)", engine=engine, output_bytes=4096)

    assert (outcome.is_success, outcome.error_kind) == (False, ErrorKind.OUTPUT_LIMIT)
    assert outcome.stdout.startswith("flood")
    assert outcome.stderr is not None
    assert outcome.stderr.splitlines()[-1].startswith("printed more than")
    assert len(outcome.stdout.encode()) <= 4096


def test_a_job_ends_at_its_wall_limit_even_while_it_waits(sandbox: Sandbox, engine: EngineName) -> None:
    outcome = sandbox.run("wait(60)", engine=engine, functions=["wait"], timeout_s=20.0, wall_s=0.5)

    assert outcome.error_kind is ErrorKind.TIMED_OUT
    assert outcome.stderr == "timed out after 0.5 s\n"


def test_the_clock_stands_still_while_a_call_is_served(sandbox: Sandbox, engine: EngineName) -> None:
    outcome = sandbox.run("wait(0.9)\n'done'", engine=engine, functions=["wait"], timeout_s=0.5)

    assert (outcome.is_success, outcome.value) == (True, "'done'"), outcome.stderr


def test_a_cancelled_job_is_ended_and_leaves_room(sandbox: Sandbox, engine: EngineName) -> None:
    number = sandbox.submit("while True:\n    pass", engine=engine)
    sandbox.run("1", engine=engine)

    sandbox.cancel(number)

    assert sandbox.answer(number) == {"id": number, "cancelled": True}
    assert sandbox.run("1 + 1", engine=engine).value == "2"
