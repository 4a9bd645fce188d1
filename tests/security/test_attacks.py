"""No attack on `cpython` reaches its goal inside, and each of them does outside."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.security.attacks import ATTACKS, PRELUDE, Attack
from tests.security.conftest import USERS, Sandboxes
from tests.security.plain_exec import PlainExec
from tests.security.tally import Tally
from tests.security.target import Target, yard_outside
from tests.support.sandbox import IS_ROOT, SECRET


def _can_be_written(user: str, attack: Attack) -> bool:
    """Where the tests run as root, the guests of other users are bare Pythons."""
    return not (IS_ROOT and user != "root" and attack.needs)


def test_there_are_enough_attacks_and_each_has_a_name_of_its_own() -> None:
    assert len(ATTACKS) >= 60
    assert len({str(attack) for attack in ATTACKS}) == len(ATTACKS)


@pytest.mark.parametrize(
    ("user", "attack"),
    [
        pytest.param(user, attack, id=f"{user}-{attack}")
        for user in USERS
        for attack in ATTACKS
        if _can_be_written(user, attack)
    ],
)
def test_an_attack_does_not_reach_its_goal_and_the_next_job_runs(
    user: str, attack: Attack, sandboxes: Sandboxes, target: Target, tally: Tally
) -> None:
    # given
    sandbox = sandboxes.of(user)
    names = target.names(sandbox.pid, sandboxes.yard(user))
    before = target.state()
    # when
    if attack.plants is not None:
        sandbox.run(PRELUDE + names + attack.plants)
    outcome = sandbox.run(attack.script(names))
    # then
    tally.note(f"cpython as {user}", attack.family, reached="REACHED" in outcome.stdout)
    assert "REACHED" not in outcome.stdout
    assert SECRET not in f"{outcome.stdout}{outcome.stderr}{outcome.value}"
    assert target.state() == before
    assert not target.was_called()
    assert not target.left_elsewhere()
    assert sandboxes.neighbour_lives(user)
    assert sandbox.run("6 * 7").value == "42"


@pytest.mark.parametrize(
    "attack", [pytest.param(one, id=str(one)) for one in ATTACKS if IS_ROOT or one.shown_by == "anybody"]
)
def test_the_same_attack_reaches_its_goal_without_the_sandbox(
    attack: Attack, target: Target, plain_exec: PlainExec, tmp_path: Path
) -> None:
    # given a process that stands for the host and the neighbours
    with subprocess.Popen(["sleep", "60"], env={"KEY": SECRET}, cwd=tmp_path, start_new_session=True) as host:
        try:
            # when
            names = target.names(host.pid, yard_outside(tmp_path, host.pid))
            plants = [] if attack.plants is None else [PRELUDE + names + attack.plants]
            said = plain_exec.run([*plants, attack.script(names)], left_open=target.folder / "canary")
        finally:
            os.kill(host.pid, 9)
    # then
    assert "REACHED" in said, said[-500:]
