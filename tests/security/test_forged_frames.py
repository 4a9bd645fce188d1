"""What a hostile guest writes to its channel is measured and checked; nothing is unpickled; it harms itself alone."""

from pathlib import Path

import pytest

from orchestration.repl_job import LeftState, NamedState
from orchestration.states import EngineName, ErrorKind, StateKind
from tests.security.attacks import PRELUDE
from tests.security.target import Target
from tests.support.sandbox import SECRET, Sandbox, open_folder

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


CALLS = {
    "a number out of order": "call(2)",
    "a number twice": "call(1); answer(); call(1)",
    "a number that is true": "call(True)",
    "no arguments": 'frame(b\'{"call": 1, "name": "echo"}\')',
    "arguments that are no list": "call(1, args={})",
    "keywords that are no object": "call(1, kwargs=[])",
    "a name that is none": "call(1, name=None)",
    "a name as long as a book": "call(1, name='x' * 100_000)",
    "an argument too many": "call(1, task='another')",
    "an answer": 'frame(b\'{"answer": 1, "value": 2}\')',
    "deep arguments": "frame(b'{\"call\": 1, \"args\": ' + b'[' * 100_000 + b']' * 100_000 + b'}')",
    "more than a call may hold": "frame(b'', length=11 * 2**20)",
    "a snapshot that nobody asked for": "snapshot(b'x')",
    "an end of the code that nobody asked for": "frame(b'{\"ran\": true}')",
}
TALK = (
    FORGE
    + """
def call(number, name="echo", args=[], kwargs={}, **more):
    frame(json.dumps({"call": number, "name": name, "args": args, "kwargs": kwargs} | more).encode())
def answer():
    head = os.read(3, 5)
    return json.loads(os.read(3, struct.unpack("!I", head[1:])[0]))
def snapshot(data, size=None, unsaved=[]):
    frame(json.dumps({"snapshot": len(data) if size is None else size, "unsaved": unsaved}).encode())
    frame(data, kind=b"B")
"""
)


@pytest.mark.parametrize("forgery", CALLS.values(), ids=CALLS.keys())
def test_a_forged_call_ends_the_repl_as_a_violation(sandbox: Sandbox, forgery: str) -> None:
    # when
    outcome = sandbox.run(f"{TALK}{forgery}\ntime.sleep(30)", functions=["echo"])
    # then
    assert outcome.error_kind is ErrorKind.CRASHED, outcome
    assert (outcome.stderr or "").startswith("protocol violation: ")
    assert sandbox.run("1 + 1").value == "2"


@pytest.mark.parametrize("name", ["wait", "fail", "__class__", "", "echo\\0"])
def test_a_function_that_was_not_granted_is_not_called(sandbox: Sandbox, name: str) -> None:
    outcome = sandbox.run(
        f"{TALK}call(1, name='{name}', args=[1])\ndone(value=answer()['error']['type'])", functions=["echo"]
    )
    assert outcome.value == "NameError"


SNAPSHOTS = {
    "a size below nothing": "snapshot(b'', size=-1)",
    "a size that is true": "snapshot(b'x', size=True)",
    "four gigabytes": "snapshot(b'', size=2**32)",
    "more than was said": "snapshot(b'xx', size=1)",
    "less than was said": "snapshot(b'x', size=2)",
    "two of them": "snapshot(b'x'); snapshot(b'x')",
    "endless lists of what is not saved": "snapshot(b'x', unsaved=['x'] * 10_000)",
    "a list of something else": "snapshot(b'x', unsaved=[1])",
    "a book of what is not saved": "snapshot(b'x', unsaved=['x' * 10_000])",
    "an end of the code, twice": "frame(b'{\"ran\": true}'); frame(b'{\"ran\": true}')",
    "a call after the end of the code": "frame(b'{\"ran\": true}'); call(1)",
}


@pytest.mark.parametrize("forgery", SNAPSHOTS.values(), ids=SNAPSHOTS.keys())
def test_a_forged_snapshot_ends_the_repl_and_leaves_its_state_as_it_was(sandbox: Sandbox, forgery: str) -> None:
    # when
    named = NamedState(f"forged {forgery}", 0, 1)
    outcome = sandbox.run(f"{TALK}{forgery}\ntime.sleep(30)", named=named, functions=["echo"])
    # then
    assert outcome.error_kind is ErrorKind.CRASHED, outcome
    assert (outcome.stderr or "").startswith("protocol violation: ")
    assert outcome.state == LeftState(StateKind.UNCHANGED)
    assert sandbox.run("1 + 1").value == "2"


def test_a_hostile_snapshot_runs_inside_its_next_repl_and_nowhere_else(
    sandbox: Sandbox, target: Target, tmp_path: Path
) -> None:
    # given a state that opens a file of the host and writes beside it, whoever loads it
    bomb = f"cbuiltins\neval\n(S'open({str(target.folder / 'canary')!r}).read()'\ntR."
    before = target.state()
    left = sandbox.run(f"{TALK}snapshot({bomb.encode()!r}); done()\ntime.sleep(9)", named=NamedState("bomb", 0, 1))
    assert left.state is not None
    assert left.state.snapshot == bomb.encode()
    sandbox.forget("bomb")
    with open_folder() as folder:
        (folder / "snapshot").write_bytes(left.state.snapshot)
        (folder / "snapshot").chmod(0o444)
        # when
        named = NamedState("bomb", 1, 2, folder / "snapshot", EngineName.CPYTHON)
        outcome = sandbox.run("'went on'", named=named)
    # then
    assert outcome.error_kind is ErrorKind.STATE_LOST
    assert SECRET not in f"{outcome}"
    assert target.state() == before
    assert sandbox.run("1 + 1").value == "2"
