"""Functions that the code calls and the host serves."""

from collections.abc import Iterator

import pytest

from orchestration.states import ErrorKind
from tests.support.sandbox import Sandbox, open_folder

ALL = ["echo", "wait", "fail", "odd"]


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with open_folder() as folder, Sandbox(folder) as sandbox:
        yield sandbox


def test_a_call_carries_arguments_there_and_a_value_back(sandbox: Sandbox) -> None:
    code = "import numpy as np\necho(1, 'é', [None, (2, 3)], a={'b': np.float64(1.5)})"
    outcome = sandbox.run(code, functions=ALL)
    assert outcome.value_json == '[[1, "é", [null, [2, 3]]], {"a": {"b": 1.5}}]', outcome


def test_waiting_for_an_answer_is_not_the_codes_time(sandbox: Sandbox) -> None:
    outcome = sandbox.run("[wait(0.4) for _ in range(4)]", functions=ALL, timeout_s=1.0)
    assert outcome.value == "[0.4, 0.4, 0.4, 0.4]", outcome


def test_waiting_for_an_answer_counts_for_the_wall_clock(sandbox: Sandbox) -> None:
    outcome = sandbox.run("wait(30)", functions=ALL, wall_s=0.5)
    assert outcome.error_kind is ErrorKind.TIMED_OUT
    assert outcome.stderr == "timed out after 0.5 s\n"


def test_the_clock_goes_on_after_a_call(sandbox: Sandbox) -> None:
    outcome = sandbox.run("wait(0.2)\nwhile True:\n    pass", functions=ALL, timeout_s=0.5)
    assert outcome.stderr == "timed out after 0.5 s\n"


def test_an_error_of_the_function_is_raised_in_the_code(sandbox: Sandbox) -> None:
    code = "try:\n    fail('no such model')\nexcept RuntimeError as error:\n    told = str(error)\ntold"
    assert sandbox.run(code, functions=ALL).value == "'ValueError: no such model'"
    outcome = sandbox.run("fail('unhandled')", functions=ALL)
    assert outcome.error_kind is ErrorKind.EXCEPTION
    assert (outcome.stderr or "").splitlines()[-1] == "CallFailed: ValueError: unhandled"


@pytest.mark.parametrize(
    ("code", "line"),
    [
        ("echo({1, 2})", "TypeError: echo() takes text, numbers, lists and dicts: not set"),
        ("echo('x' * 10_500_000)", "ValueError: echo() takes at most 10485760 bytes of arguments, not"),
        ("odd()", "CallFailed: TypeError: its value cannot be sent"),
        ("nobody()", "NameError: name 'nobody' is not defined"),
    ],
)
def test_what_cannot_be_called_or_sent_is_an_error_in_the_code(sandbox: Sandbox, code: str, line: str) -> None:
    outcome = sandbox.run(code, functions=ALL)
    assert outcome.error_kind is ErrorKind.EXCEPTION
    assert line in (outcome.stderr or "").splitlines()[-1]


def test_threads_may_call_at_once_and_each_gets_its_own_answer(sandbox: Sandbox) -> None:
    code = """
import statistics
threading = statistics.sys.modules["threading"]
got = {}
def ask(n):
    got[n] = echo(n)[0][0]
threads = [threading.Thread(target=ask, args=(n,)) for n in range(8)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
sorted(got.items()) == [(n, n) for n in range(8)]
"""
    assert sandbox.run(code, functions=ALL).value == "True"


def test_a_thread_that_still_waits_when_the_code_ends_gets_its_answer_first(sandbox: Sandbox) -> None:
    code = """
import statistics
threading = statistics.sys.modules["threading"]
threading.Thread(target=wait, args=(0.3,)).start()
'done'
"""
    assert sandbox.run(code, functions=ALL).value == "'done'"


def test_a_repl_that_dies_in_a_call_is_gone_and_so_is_the_call(sandbox: Sandbox) -> None:
    code = """
import statistics
threading, os, time = (statistics.sys.modules[name] for name in ("threading", "os", "time"))
threading.Thread(target=lambda: (time.sleep(0.3), os._exit(5))).start()
wait(60)
"""
    outcome = sandbox.run(code, functions=ALL)
    assert outcome.error_kind is ErrorKind.CRASHED
    assert "exit code 5" in (outcome.stderr or "")


def test_ten_thousand_calls_are_enough(sandbox: Sandbox) -> None:
    code = "for number in range(10_001):\n    echo()"
    outcome = sandbox.run(code, functions=ALL)
    assert (outcome.stderr or "").splitlines()[-1] == "CallFailed: RuntimeError: a job may make 10000 calls"


FORGE = """
import statistics
os, json, struct = (statistics.sys.modules.get(name) or __import__(name) for name in ("os", "json", "struct"))
def frame(message):
    payload = json.dumps(message).encode()
    os.write(3, b"J" + struct.pack("!I", len(payload)) + payload)
"""


@pytest.mark.parametrize(
    "forged",
    [
        {"call": 2, "name": "echo", "args": [], "kwargs": {}},
        {"call": True, "name": "echo", "args": [], "kwargs": {}},
        {"call": 1, "name": ["echo"], "args": [], "kwargs": {}},
        {"call": 1, "name": "echo", "args": {}, "kwargs": {}},
        {"call": 1, "name": "echo", "args": [], "kwargs": []},
        {"call": 1, "name": "echo", "args": []},
        {"call": 1, "name": "x" * 1000, "args": [], "kwargs": {}},
        {"ran": True},
        {"snapshot": 10, "unsaved": []},
        {"done": {"error_kind": "state_lost", "value": None, "value_json": None, "seconds": 0.0}},
    ],
)
def test_a_forged_frame_ends_the_repl(sandbox: Sandbox, forged: object) -> None:
    outcome = sandbox.run(f"{FORGE}\nframe({forged!r})\nwhile True:\n    pass", functions=ALL)
    assert outcome.error_kind is ErrorKind.CRASHED
    assert "protocol violation" in (outcome.stderr or "")


def test_a_call_of_what_this_job_may_not_call_is_refused(sandbox: Sandbox) -> None:
    code = (
        FORGE
        + """
frame({"call": 1, "name": "fail", "args": [], "kwargs": {}})
answer = os.read(3, 1000)[5:]
json.loads(answer)["error"]["message"]
"""
    )
    outcome = sandbox.run(code, functions=["echo"])
    assert outcome.value == "\"there is no function 'fail' to call from this code\"", outcome
