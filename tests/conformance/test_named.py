"""Named REPLs: variables stay, states are saved and restored, and what cannot be had any more is said to be lost."""

from pathlib import Path

from orchestration.repl_job import NamedState, Replay
from orchestration.states import EngineName, ErrorKind, StateKind
from tests.support.sandbox import Sandbox


def test_variables_and_functions_stay_between_jobs(sandbox: Sandbox, engine: EngineName) -> None:
    key = f"stay-{engine}"
    first = sandbox.run("x = [1]\ndef add(n):\n    x.append(n)", engine=engine, named=NamedState(key, 0, 1))

    second = sandbox.run("add(context)\nx", context=2, engine=engine, named=NamedState(key, 1, 2, engine=engine))

    assert (first.is_success, second.value) == (True, "[1, 2]"), second.stderr
    assert second.state is not None
    assert (second.state.kind, second.state.unsaved) == (StateKind.SAVED, ())
    sandbox.forget(key)


def test_a_snapshot_goes_on_elsewhere_and_a_stale_copy_does_not(
    sandbox: Sandbox, engine: EngineName, tmp_path: Path
) -> None:
    key = f"elsewhere-{engine}"
    first = sandbox.run("x = {'n': 1}\ny = x", engine=engine, named=NamedState(key, 0, 1))
    snapshot = _written(first.state.snapshot if first.state else None, tmp_path / "one")
    sandbox.run("x['n'] = 100", engine=engine, named=NamedState(key, 1, 2, snapshot, engine))

    again = sandbox.run("y['n'] += 1\nx['n']", engine=engine, named=NamedState(key, 1, 3, snapshot, engine))
    sandbox.forget(key)
    restored = sandbox.run("x, y", engine=engine, named=NamedState(key, 1, 4, snapshot, engine))

    assert (again.value, restored.value) == ("2", "({'n': 1}, {'n': 1})"), restored.stderr
    sandbox.forget(key)


def test_an_exception_leaves_what_was_done_before_it(sandbox: Sandbox, engine: EngineName) -> None:
    key = f"exception-{engine}"
    failed = sandbox.run("x = 5\n1 / 0", engine=engine, named=NamedState(key, 0, 1))

    after = sandbox.run("x", engine=engine, named=NamedState(key, 1, 2, engine=engine))

    assert failed.state is not None
    assert (failed.error_kind, failed.state.kind, after.value) == (ErrorKind.EXCEPTION, StateKind.SAVED, "5")
    sandbox.forget(key)


def test_a_run_that_was_ended_leaves_the_state_unchanged(sandbox: Sandbox, engine: EngineName, tmp_path: Path) -> None:
    key = f"ended-{engine}"
    first = sandbox.run("x = 1", engine=engine, named=NamedState(key, 0, 1))
    snapshot = _written(first.state.snapshot if first.state else None, tmp_path / "one")

    ended = sandbox.run(
        "x = 2\nwhile True:\n    pass", engine=engine, named=NamedState(key, 1, 2, snapshot, engine), timeout_s=0.5
    )
    after = sandbox.run("x", engine=engine, named=NamedState(key, 1, 3, snapshot, engine))

    assert ended.state is not None
    assert (ended.error_kind, ended.state.kind, after.value) == (ErrorKind.TIMED_OUT, StateKind.UNCHANGED, "1")
    sandbox.forget(key)


def test_a_state_that_is_too_big_is_said_to_be_and_rebuilt_by_running_it_again(
    sandbox: Sandbox, engine: EngineName
) -> None:
    key, code = f"big-{engine}", "big = 'x' * 80_000_000\nn = len(big)"
    first = sandbox.run(code, engine=engine, named=NamedState(key, 0, 1))
    replay = (Replay(code, succeeded=True),)
    second = sandbox.run("n", engine=engine, named=NamedState(key, 1, 2, engine=engine, replay=replay))
    sandbox.forget(key)

    rebuilt = sandbox.run("n + 1", engine=engine, named=NamedState(key, 1, 2, engine=engine, replay=replay))

    assert first.state is not None
    assert (first.state.kind, first.state.snapshot) == (StateKind.TOO_BIG, None)
    assert (second.value, rebuilt.value) == ("80000000", "80000001"), rebuilt.stderr
    sandbox.forget(key)


def test_a_rerun_that_goes_otherwise_is_a_lost_state(sandbox: Sandbox, engine: EngineName) -> None:
    named = NamedState(f"otherwise-{engine}", 1, 2, engine=engine, replay=(Replay("1 / 0", succeeded=True),))

    outcome = sandbox.run("1", engine=engine, named=named)

    assert outcome.state is not None
    assert (outcome.error_kind, outcome.state.kind) == (ErrorKind.STATE_LOST, StateKind.LOST)


def test_a_damaged_snapshot_is_a_lost_state(sandbox: Sandbox, engine: EngineName, tmp_path: Path) -> None:
    key = f"damaged-{engine}"
    first = sandbox.run("x = 'keep'", engine=engine, named=NamedState(key, 0, 1))
    assert first.state is not None
    assert first.state.snapshot is not None
    sandbox.forget(key)

    for number, data in enumerate([b"", b"nothing of ours", first.state.snapshot[:-20], first.state.snapshot[:200]]):
        damaged = _written(data, tmp_path / str(number))
        outcome = sandbox.run("x", engine=engine, named=NamedState(key, 1, 2, damaged, engine))

        assert outcome.state is not None
        assert (outcome.error_kind, outcome.state.kind) == (ErrorKind.STATE_LOST, StateKind.LOST)
        assert outcome.stderr is not None
        assert "the state of this REPL is lost" in outcome.stderr


def test_a_named_repl_stays_with_the_engine_that_made_its_state(sandbox: Sandbox, engine: EngineName) -> None:
    key, other = f"home-{engine}", next(each for each in (EngineName.CPYTHON, EngineName.RUST) if each is not engine)
    sandbox.run("x = 1", engine=engine, named=NamedState(key, 0, 1))

    refused = sandbox.run("x = 2", engine=other, named=NamedState(key, 1, 2, engine=engine))
    after = sandbox.run("x", named=NamedState(key, 1, 2, engine=engine))

    assert (refused.is_success, refused.error_kind) == (False, ErrorKind.EXCEPTION)
    assert refused.stderr == f"this REPL's state is of the engine {engine}; it cannot go on in {other}\n"
    assert refused.state is not None
    assert refused.state.kind is StateKind.UNCHANGED
    assert (after.value, after.engine) == ("1", engine)
    sandbox.forget(key)


def _written(data: bytes | None, path: Path) -> Path:
    assert data is not None
    path.write_bytes(data)
    return path


def test_a_state_that_is_not_durable_lives_in_its_repl_alone(sandbox: Sandbox, engine: EngineName) -> None:
    key = f"live-{engine}"
    first = sandbox.run("x = 1", engine=engine, named=NamedState(key, 0, 1, durable=False))
    second = sandbox.run("x + 1", engine=engine, named=NamedState(key, 1, 2, durable=False))
    sandbox.forget(key)
    gone = sandbox.run("x", engine=engine, named=NamedState(key, 2, 3, durable=False))

    assert first.state is not None
    assert (first.state.kind, first.state.snapshot, second.value) == (StateKind.KEPT, None, "2")
    assert gone.error_kind is ErrorKind.STATE_LOST
    sandbox.forget(key)
