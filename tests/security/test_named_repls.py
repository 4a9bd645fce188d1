"""A named REPL that idles keeps its state from every other REPL, and another owner's is not reached by any name."""

from pathlib import Path

from orchestration.repl_job import NamedState
from tests.security.attack import PRELUDE
from tests.security.attacks_neighbours import NEIGHBOURS
from tests.security.conftest import _below, _numbers_inside
from tests.security.tally import Tally
from tests.security.target import Target, Yard
from tests.support.sandbox import SECRET, Sandbox

KEEP = f"secret = {SECRET!r}\nwith open('diary', 'w') as diary: diary.write(secret)"


def test_no_attack_on_a_named_repl_of_another_owner_reaches_its_goal(
    sandbox: Sandbox, target: Target, tally: Tally, tmp_path: Path
) -> None:
    # given one that idles with a secret
    left = sandbox.run(KEEP, named=NamedState("alice", 0, 1))
    assert left.is_success, left
    processes = _below(sandbox.pid)
    diaries = [str(path) for path in sandbox.scratch_root.glob("run-*/jobs/*/scratch/diary")]
    diaries += [path for pid in processes if Path(path := f"/proc/{pid}/cwd/diary").exists()]
    assert diaries
    jobs = next(sandbox.scratch_root.glob("run-*/jobs"))
    yard = Yard([*processes, *_numbers_inside(processes)], diaries, diaries, diaries[0], str(jobs))
    names = target.names(sandbox.pid, yard)
    # when
    for version, attack in enumerate(NEIGHBOURS):
        outcome = sandbox.run(PRELUDE + names + attack.code, named=NamedState("bob", version, version + 1))
        # then
        tally.note("cpython, named REPLs", attack.family, reached="REACHED" in outcome.stdout)
        assert "REACHED" not in outcome.stdout, attack
        assert SECRET not in f"{outcome.stdout}{outcome.stderr}{outcome.value}"
    # and
    assert sandbox.run("'secret' in globals()", named=NamedState("bob2", 0, 1)).value == "False"
    assert sandbox.run("secret", named=NamedState("alice", 1, 2)).value == repr(SECRET)
    for key in ("alice", "bob", "bob2"):
        sandbox.forget(key)


def test_a_state_of_another_number_is_not_gone_on_from(sandbox: Sandbox) -> None:
    # given
    assert sandbox.run("x = 'of a run that was not committed'", named=NamedState("n", 0, 1)).is_success
    # when the next run starts from nothing again
    outcome = sandbox.run("'x' in globals()", named=NamedState("n", 0, 2))
    # then
    assert outcome.value == "False"
    sandbox.forget("n")
