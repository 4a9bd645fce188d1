"""No attack on `rust` reaches its goal inside, and each of them does outside."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.security.attack import Attack
from tests.security.attacks import ATTACKS
from tests.security.attacks_rust import RUST_ATTACKS
from tests.security.attacks_rust_limits import LIMITS, RUIN
from tests.security.attacks_rust_state import FUNCTIONS_OUTSIDE
from tests.security.conftest import RUST_USERS, Sandboxes
from tests.security.plain_exec import PlainExec
from tests.security.tally import Tally
from tests.security.target import Target, yard_outside
from tests.support.sandbox import SECRET

NOT_WRITABLE = "the rust engine does not support "


def test_there_are_enough_attacks_and_each_has_a_name_of_its_own() -> None:
    assert len(RUST_ATTACKS) >= 60
    assert len({str(attack) for attack in RUST_ATTACKS}) == len(RUST_ATTACKS)


@pytest.mark.parametrize(
    ("user", "attack"),
    [pytest.param(user, attack, id=f"{user}-{attack}") for user in RUST_USERS for attack in RUST_ATTACKS],
)
def test_an_attack_does_not_reach_its_goal_and_the_next_job_runs(
    user: str, attack: Attack, sandboxes: Sandboxes, target: Target, tally: Tally
) -> None:
    # given
    sandbox = sandboxes.of_rust(user)
    names = target.names(sandbox.pid, sandboxes.yard_of_rust(user))
    functions = ["echo"] if attack.family == "granted functions" else []
    before = target.state()
    # when
    if attack.plants is not None:
        sandbox.run(names + attack.plants)
    outcome = sandbox.run(attack.script(names), functions=functions, **LIMITS.get(attack.family, {}))
    # then
    writable = NOT_WRITABLE not in (outcome.stderr or "")
    tally.note(f"rust as {user}", attack.family, reached="REACHED" in outcome.stdout, writable=writable)
    assert "REACHED" not in outcome.stdout
    assert SECRET not in f"{outcome.stdout}{outcome.stderr}{outcome.value}"
    assert target.state() == before
    assert not target.was_called()
    assert not target.left_elsewhere()
    assert sandbox.run("6 * 7").value == "42"


@pytest.mark.parametrize("attack", [pytest.param(one, id=str(one)) for one in RUST_ATTACKS])
def test_the_same_attack_reaches_its_goal_without_the_sandbox(
    attack: Attack, target: Target, plain_exec: PlainExec, tmp_path: Path
) -> None:
    with subprocess.Popen(["sleep", "60"], env={"KEY": SECRET}, start_new_session=True) as host:
        try:
            # when
            names = target.names(host.pid, yard_outside(tmp_path, host.pid))
            start = FUNCTIONS_OUTSIDE if attack.family == "granted functions" else ""
            plants = [] if attack.plants is None else [names + attack.plants]
            said = plain_exec.run([*plants, start + attack.script(names)], left_open=target.folder / "canary")
        finally:
            os.kill(host.pid, 9)
    # then
    assert "REACHED" in said, said[-500:]


@pytest.mark.parametrize("user", RUST_USERS)
def test_attacks_by_the_kernels_calls_cannot_be_written(
    user: str, sandboxes: Sandboxes, target: Target, tally: Tally
) -> None:
    # given what needs a module that Monty has not
    sandbox = sandboxes.of_rust(user)
    names = target.names(sandbox.pid, sandboxes.yard_of_rust(user))
    for attack in (attack for attack in ATTACKS if not attack.alone):
        # when
        outcome = sandbox.run(attack.script(names))
        # then
        assert NOT_WRITABLE in (outcome.stderr or "")
        assert outcome.stdout == ""
        tally.note(f"rust as {user}", attack.family, writable=False)


@pytest.mark.parametrize("user", RUST_USERS)
@pytest.mark.parametrize("code", RUIN.values(), ids=RUIN.keys())
def test_what_breaks_an_interpreter_is_bounded_and_the_next_job_runs(
    user: str, code: str, sandboxes: Sandboxes
) -> None:
    # given
    sandbox = sandboxes.of_rust(user)
    neighbour = sandbox.submit("sum(range(10))")
    # when
    outcome = sandbox.run(code, timeout_s=1.0, memory_bytes=64 * 1024**2, output_bytes=4096, value_bytes=2000)
    # then
    assert len(outcome.stdout.encode()) + len((outcome.stderr or "").encode()) <= 4096 + 200
    assert len((outcome.value or "").encode()) <= 2000 + 100
    assert sandbox.outcome(neighbour).value == "45"
    assert sandbox.run("6 * 7").value == "42"
