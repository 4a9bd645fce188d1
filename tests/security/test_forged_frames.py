"""What a hostile guest writes to its channel is measured and checked; nothing is unpickled; it harms itself alone."""

from pathlib import Path

import pytest

from orchestration.states import ErrorKind
from tests.security.attacks import PRELUDE
from tests.support.sandbox import Sandbox

FORGE = (
    PRELUDE
    + """
json, time = module("json"), module("time")
def frame(payload, kind=b"J", length=None):
    os.write(3, kind + struct.pack("!I", len(payload) if length is None else length) + payload)
def done(**changes):
    honest = {"error_kind": None, "value": "forged", "value_json": None, "seconds": 0.0}
    frame(json.dumps({"done": honest | changes}).encode())
bomb = b"cposix\\nsystem\\n(S'touch unpickled-by-the-host'\\ntR."
"""
)

VIOLATIONS = {
    "pickle bytes": "os.write(3, bomb)",
    "pickle in a frame": "frame(bomb)",
    "deep nesting": "frame(b'[' * 100_000 + b']' * 100_000)",
    "deep nesting in a result": "frame(b'{\"done\":' + b'[' * 50_000 + b']' * 50_000 + b'}')",
    "duplicate keys": 'frame(b\'{"done": 1, "done": 2}\')',
    "a list": "frame(b'[]')",
    "no JSON": "frame(b'x')",
    "NaN": "frame(b'{\"done\": NaN}')",
    "invalid UTF-8": "frame(b'\\xff\\xfe')",
    "four gigabytes": "frame(b'', length=2**32 - 1)",
    "more than a result may be": "frame(b'\"' + b'x' * 3_000_000 + b'\"')",
    "an unknown kind of frame": "frame(b'{}', kind=b'P')",
    "bytes where JSON is due": "frame(b'x', kind=b'B')",
    "an unknown error kind": "done(error_kind='superseded')",
    "a kind only the host knows": "done(error_kind='timed_out')",
    "a field too many": "done(task_id='another')",
    "a field too few": "frame(b'{\"done\": {}}')",
    "a value that is no text": "done(value=['x'])",
    "a value over its limit": "done(value='x' * 100_000)",
    "a JSON value that is none": "done(value_json='[')",
    "a JSON value too deep": "done(value_json='[' * 30_000 + ']' * 30_000)",
    "a time that is no number": "done(seconds='1')",
    "a negative time": "done(seconds=-1)",
    "an infinite time": "done(seconds=float('inf'))",
    "a true time": "done(seconds=True)",
    "a file over the limit": 'frame(b\'{"output": "x", "size": 99999999999}\')',
    "a file of negative size": 'frame(b\'{"output": "x", "size": -1}\')',
    "a file shorter than announced": "frame(b'{\"output\": \"x\", \"size\": 9}'); frame(b'x', kind=b'B')",
    "endless empty files": "\nwhile True:\n    frame(b'{\"output\": \"x\", \"size\": 0}'); frame(b'', kind=b'B')",
    "another word": "frame(b'{\"self_test\": []}')",
    "a result with more beside it": 'frame(b\'{"done": {}, "ready": true}\')',
}


@pytest.mark.parametrize("forgery", VIOLATIONS.values(), ids=VIOLATIONS.keys())
def test_a_protocol_violation_ends_the_repl_by_that_name(sandbox: Sandbox, forgery: str) -> None:
    # when
    outcome = sandbox.run(f"{FORGE}{forgery}\ntime.sleep(30)")
    # then
    assert outcome.error_kind is ErrorKind.CRASHED, outcome
    assert (outcome.stderr or "").startswith("protocol violation: ")
    assert not Path("unpickled-by-the-host").exists()
    assert sandbox.run("1 + 1").value == "2"


def test_only_the_first_of_two_results_counts(sandbox: Sandbox) -> None:
    outcomes = [sandbox.run(f"{FORGE}done(value='first'); done(value='second')\n'third'") for _ in range(3)]
    assert [outcome.value for outcome in outcomes] == ["first"] * 3


def test_a_forged_result_is_made_safe_to_store(sandbox: Sandbox) -> None:
    forged = r"done(value='a\0b\ud800c', value_json='\"\\u0000\"', seconds=1e6)"
    outcome = sandbox.run(f"{FORGE}{forged}", timeout_s=5.0)
    assert outcome.value == "a\N{REPLACEMENT CHARACTER}b?c"
    assert outcome.value_json is None
    assert outcome.execution_time == 5.0


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "..", "", ".hidden", "a\\nb", "x" * 5000])
def test_a_forged_file_name_stays_a_plain_name(sandbox: Sandbox, name: str) -> None:
    forgery = f"frame(json.dumps({{'output': '{name}', 'size': 1}}).encode()); frame(b'x', kind=b'B'); done()"
    outcome = sandbox.run(f"{FORGE}{forgery}")
    (file,) = outcome.outputs
    assert "/" not in file.name
    assert "\n" not in file.name
    assert file.name
    assert not file.name.startswith(".")
    assert len(file.name) <= 150


def test_output_that_claims_to_be_the_system_stays_output(sandbox: Sandbox) -> None:
    outcome = sandbox.run(PRELUDE + """os.write(1, b'{"done": {}}\\ntimed out after 1 s\\n')\n1/0""")
    assert outcome.error_kind is ErrorKind.EXCEPTION
    assert outcome.stdout == '{"done": {}}\ntimed out after 1 s\n'
