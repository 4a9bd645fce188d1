"""Named REPLs: one state from job to job, whether the live copy is there or was made anew from what was saved."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestration.repl_job import InputFile, NamedState, Replay, ReplOutcome
from orchestration.states import ErrorKind, StateKind
from tests.support.sandbox import Sandbox, open_folder

TOO_BIG = "big = bytearray(b'x' * 70_000_000)"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with open_folder() as folder, Sandbox(folder, max_live=4) as sandbox:
        yield sandbox


def _snapshot(outcome: ReplOutcome, folder: Path) -> Path:
    """The outcome's snapshot as a file, as a node's blob cache would hold it."""
    assert outcome.state is not None, outcome
    assert outcome.state.snapshot is not None, outcome
    path = folder / "snapshot"
    path.unlink(missing_ok=True)
    path.write_bytes(outcome.state.snapshot)
    path.chmod(0o644)
    return path


def test_variables_functions_and_frames_live_on_from_job_to_job(sandbox: Sandbox) -> None:
    sandbox.run("import pandas as pd\nd = pd.DataFrame({'a': [1, 2]})\nfactor = 2", named=NamedState("live", 0, 1))
    sandbox.run("def scaled():\n    return int(d['a'].sum()) * factor", named=NamedState("live", 1, 2))
    outcome = sandbox.run("factor = 10\nscaled()", named=NamedState("live", 2, 3))
    assert outcome.value == "30", outcome
    assert outcome.state is not None
    assert outcome.state.kind is StateKind.SAVED


def test_a_state_is_restored_from_its_snapshot_where_no_live_copy_is(sandbox: Sandbox, tmp_path: Path) -> None:
    # given
    code = "import pandas as pd\nd = pd.DataFrame({'a': [1, 2]})\ndef total():\n    return int(d['a'].sum())"
    saved = _snapshot(sandbox.run(code, named=NamedState("here", 0, 1)), tmp_path)
    # when
    outcome = sandbox.run("d.loc[2] = 4\ntotal()", named=NamedState("on another host", 1, 2, saved))
    # then
    assert outcome.value == "7", outcome


def test_a_live_copy_of_another_version_is_not_used(sandbox: Sandbox, tmp_path: Path) -> None:
    # given a job whose landing was lost: the ledger still says version 1
    saved = _snapshot(sandbox.run("x = 1", named=NamedState("lost", 0, 1)), tmp_path)
    assert sandbox.run("x += 1\nx", named=NamedState("lost", 1, 2, saved)).value == "2"
    # when it is run again, as version 3
    again = sandbox.run("x += 1\nx", named=NamedState("lost", 1, 3, saved))
    # then it did not count twice
    assert again.value == "2"


def test_what_an_exception_left_behind_is_kept_and_saved(sandbox: Sandbox, tmp_path: Path) -> None:
    first = sandbox.run("x = 1\nraise ValueError", named=NamedState("raised", 0, 1))
    assert first.error_kind is ErrorKind.EXCEPTION
    saved = _snapshot(first, tmp_path)
    assert sandbox.run("x", named=NamedState("raised", 1, 2, saved)).value == "1"
    assert sandbox.run("x", named=NamedState("raised elsewhere", 1, 2, saved)).value == "1"


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("x = 2\nwhile True:\n    pass", ErrorKind.TIMED_OUT),
        ("x = 2\nimport statistics\nstatistics.sys.modules['os']._exit(3)", ErrorKind.CRASHED),
    ],
)
def test_a_repl_that_died_leaves_its_state_as_it_was(
    sandbox: Sandbox, tmp_path: Path, code: str, kind: ErrorKind
) -> None:
    saved = _snapshot(sandbox.run("x = 1", named=NamedState(kind, 0, 1)), tmp_path)
    died = sandbox.run(code, named=NamedState(kind, 1, 2, saved), timeout_s=1.0)
    assert died.error_kind is kind
    assert died.state is not None
    assert died.state.kind is StateKind.UNCHANGED
    assert sandbox.run("x", named=NamedState(kind, 1, 3, saved)).value == "1"


def test_a_state_too_big_is_told_and_comes_back_by_running_its_code_again(sandbox: Sandbox, tmp_path: Path) -> None:
    # given a snapshot, and two runs after it that were too big to be saved, one of which failed
    source = tmp_path / "prices.csv"
    source.write_text("a\n5\n")
    saved = _snapshot(sandbox.run("x = 1", named=NamedState("big", 0, 1)), tmp_path)
    code = f"x += context\ny = int(inputs_df['prices']['a'][0])\n{TOO_BIG}"
    first = sandbox.run(code, context=10, inputs=[source], named=NamedState("big", 1, 2, saved))
    assert first.state is not None
    assert first.state.kind is StateKind.TOO_BIG
    replay = (
        Replay(code, succeeded=True, context_data="10", inputs=(InputFile("prices", source, "csv"),)),
        Replay("print('again')\nopen('outputs/again', 'w').write('x')\nz = 3\n1 / 0", succeeded=False),
    )
    # when
    outcome = sandbox.run("[x, y, z, len(big)]", named=NamedState("big elsewhere", 3, 4, saved, replay=replay))
    # then
    assert outcome.value == "[11, 5, 3, 70000000]", outcome
    assert outcome.stdout == ""
    assert outcome.outputs == ()


def test_a_run_that_ends_otherwise_when_it_is_run_again_loses_the_state(sandbox: Sandbox) -> None:
    state = NamedState("odd", 1, 2, replay=(Replay("1 / 0", succeeded=True),))
    outcome = sandbox.run("print('never')", named=state)
    assert outcome.error_kind is ErrorKind.STATE_LOST
    assert outcome.state is not None
    assert outcome.state.kind is StateKind.LOST
    assert outcome.stdout == ""
    assert outcome.stderr == "the state of this REPL is lost: a run that had succeeded failed when it was run again\n"


@pytest.mark.parametrize("data", [b"no snapshot", b""])
def test_a_snapshot_that_cannot_be_loaded_loses_the_state_and_says_why(
    sandbox: Sandbox, tmp_path: Path, data: bytes
) -> None:
    broken = tmp_path / "broken"
    broken.write_bytes(data)
    outcome = sandbox.run("1", named=NamedState("broken", 1, 2, broken))
    assert outcome.error_kind is ErrorKind.STATE_LOST
    assert outcome.state is not None
    assert outcome.state.kind is StateKind.LOST
    assert "the state of this REPL is lost: " in (outcome.stderr or "")


def test_variables_that_cannot_be_saved_are_named_and_the_rest_is_kept(sandbox: Sandbox, tmp_path: Path) -> None:
    first = sandbox.run("open('f', 'w').write('x')\nf = open('f')\nx = 1", named=NamedState("file", 0, 1))
    assert first.is_success
    assert "not saved with this REPL: f (an open file" in (first.stderr or "")
    saved = _snapshot(first, tmp_path)
    assert sandbox.run("x, 'f' in globals()", named=NamedState("other", 1, 2, saved)).value_json == "[1, false]"


def test_output_files_and_figures_of_one_job_are_none_of_the_next_ones(sandbox: Sandbox) -> None:
    # given a job that leaves everything open that it can, a thread that prints among it
    code = """
import matplotlib.pyplot as plt, statistics
sys, threading, os = (statistics.sys.modules[name] for name in ("sys", "threading", "os"))
open("outputs/first", "w").write("1")
plt.plot([1]); print("first")
def later():
    while True:
        os.write(1, b"late ")
threading.Thread(target=later, daemon=True).start()
sys.stdout = open("swallowed", "w")
os.chdir("/")
raise ValueError
"""
    first = sandbox.run(code, named=NamedState("untidy", 0, 1))
    assert [one.name for one in first.outputs] == ["first"]
    # when its thread is still there
    second = sandbox.run("running = False\nprint('second')", named=NamedState("untidy", 1, 2))
    # then
    assert "first" not in second.stdout
    assert second.outputs == ()
    assert "second\n" in second.stdout
    sandbox.forget("untidy")


def test_inputs_and_functions_are_those_of_the_job(sandbox: Sandbox, tmp_path: Path) -> None:
    for number, folder in ((0, tmp_path / "a"), (1, tmp_path / "b")):
        folder.mkdir()
        (folder / "prices.csv").write_text(f"a\n{number}\n")
        functions = ["echo"] if number == 0 else []
        outcome = sandbox.run(
            "[int(inputs_df['prices']['a'][0]), open(inputs['prices']).read(), 'echo' in globals()]",
            inputs=[folder / "prices.csv"],
            functions=functions,
            named=NamedState("inputs", number, number + 1),
        )
        assert json.loads(outcome.value_json or "null") == [number, f"a\n{number}\n", number == 0], outcome


def test_the_longest_unused_copy_makes_room_for_another_repl(sandbox: Sandbox, tmp_path: Path) -> None:
    # given a host full of copies that idle
    saved = {}
    for number in range(5):
        (tmp_path / str(number)).mkdir()
        outcome = sandbox.run(f"x = {number}", named=NamedState(f"room {number}", 0, 1))
        saved[number] = _snapshot(outcome, tmp_path / str(number))
    assert sandbox.stats()["named"] <= 4
    # then every state is still to be had
    values = [sandbox.run("x", named=NamedState(f"room {n}", 1, 2, saved[n])).value for n in range(5)]
    assert values == ["0", "1", "2", "3", "4"]
    assert sandbox.run("'fresh'").value == "'fresh'"


def test_a_forgotten_copy_is_gone_and_one_that_idles_too_long_too() -> None:
    with open_folder() as folder, Sandbox(folder, ttl_s=0.5) as sandbox:
        sandbox.run("x = 1", named=NamedState("forgotten", 0, 1))
        assert sandbox.stats()["named"] == 1
        sandbox.forget("forgotten")
        assert sandbox.stats()["live"] == 0
        sandbox.run("x = 1", named=NamedState("idle", 0, 1))
        while sandbox.stats()["live"]:
            pass


def test_a_repl_that_idles_uses_no_processor(sandbox: Sandbox) -> None:
    # given a thread that counts
    code = """
import statistics
threading = statistics.sys.modules["threading"]
counted = [0]
def count():
    while True:
        counted[0] += 1
thread = threading.Thread(target=count, daemon=True)
thread.start()
"""
    sandbox.run(code, named=NamedState("busy", 0, 1))
    # when
    before, after = (sandbox.run("counted[0]", named=NamedState("busy", n, n + 1)).value for n in (1, 2))
    # then it went on between the two only as long as those took themselves
    assert before is not None
    assert after is not None
    assert int(before) <= int(after)
    sandbox.forget("busy")


def test_a_host_that_stops_takes_its_named_repls_along() -> None:
    with open_folder() as folder, Sandbox(folder) as sandbox:
        sandbox.run("x = 1", named=NamedState("kept", 0, 1))
        sandbox.stop()
        assert list(sandbox.scratch_root.iterdir()) == []


def test_cancelling_ends_the_copy_too(sandbox: Sandbox, tmp_path: Path) -> None:
    saved = _snapshot(sandbox.run("x = 1", named=NamedState("cancelled", 0, 1)), tmp_path)
    number = sandbox.submit("x = 2\nimport time\ntime.sleep(60)", named=NamedState("cancelled", 1, 2, saved))
    sandbox.cancel(number)
    assert "cancelled" in sandbox.answer(number)
    assert sandbox.run("x", named=NamedState("cancelled", 1, 3, saved)).value == "1"
