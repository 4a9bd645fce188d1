"""Where a layer is missing, or does not hold, nothing is run: the engine does not start, and says why."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.sandbox import IS_ROOT, Sandbox, lacking, open_folder, ordinary

Make = Callable[..., Sandbox]
KINDS: dict[str, Make] = {"root": Sandbox, "ordinary": ordinary} if IS_ROOT else {"ordinary": ordinary}


def _reason(make: Make, missing: str) -> str:
    with open_folder() as folder:
        sandbox = make(folder, launcher=lacking(missing))
        sandbox.stop()
        assert list(sandbox.scratch_root.iterdir()) == []
    assert sandbox.unavailable is not None
    return sandbox.unavailable


@pytest.mark.parametrize("make", KINDS.values(), ids=KINDS.keys())
@pytest.mark.parametrize(
    ("missing", "said"),
    [("no-landlock", "Landlock: Function not implemented"), ("no-seccomp", "seccomp: Invalid argument")],
)
def test_without_a_layer_nothing_runs_and_the_reason_names_it(make: Make, missing: str, said: str) -> None:
    assert said in _reason(make, missing)


@pytest.mark.parametrize("make", KINDS.values(), ids=KINDS.keys())
@pytest.mark.parametrize(("lie", "reached"), [("lying-landlock", "list the root"), ("lying-seccomp", "fork")])
def test_the_self_test_finds_a_layer_that_is_there_and_does_not_hold(make: Make, lie: str, reached: str) -> None:
    reason = _reason(make, lie)
    assert "the sandbox's self-test failed" in reason
    assert repr(reached) in reason


def test_a_guest_that_is_not_there_is_named_with_the_remedy() -> None:
    with open_folder() as folder:
        sandbox = Sandbox(folder, guest_python=Path("/no/such/python"))
        sandbox.stop()
    assert sandbox.unavailable == (
        "there is no Python for REPL code at /no/such/python; correct REPLWRIGHT_GUEST_PYTHON"
    )


def test_a_guest_that_is_no_python_is_named(tmp_path: Path) -> None:
    with open_folder() as folder:
        sandbox = Sandbox(folder, guest_python=Path("/bin/false"))
        sandbox.stop()
    assert sandbox.unavailable is not None
    assert "the guest's Python did not start" in sandbox.unavailable


def test_an_interpreter_that_its_users_cannot_reach_is_refused_without_a_view_of_its_own() -> None:
    """As root without namespaces: users of their own cannot pass a private folder. Others never need to."""
    with open_folder() as folder:
        closed = folder / "closed"
        closed.mkdir(mode=0o700)
        sandbox = Sandbox(closed, launcher=lacking("no-namespaces"))
        sandbox.stop()
    if os.geteuid() == 0:
        assert sandbox.unavailable is not None
        assert "users of their own" in sandbox.unavailable
    else:
        assert sandbox.unavailable is None


def test_an_ordinary_user_needs_no_namespaces() -> None:
    """It is also the control of this file: the played kernel refuses nothing but what it should."""
    with open_folder() as folder, ordinary(folder, launcher=lacking("no-namespaces")) as sandbox:
        assert sandbox.run("1 + 1").value == "2"
