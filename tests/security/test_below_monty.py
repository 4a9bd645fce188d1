"""A Monty worker that an attacker has taken over reaches no more than a REPL: raw attacks in its confinement."""

import json
import os
import subprocess
import sys
import sysconfig
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.security.attacks import ATTACKS, PRELUDE
from tests.security.tally import Tally
from tests.security.target import Target, yard_outside
from tests.support.sandbox import (
    _DROP_TO_NOBODY,
    CHECKOUT,
    IS_ROOT,
    NOBODY,
    SECRET,
    _copied,
    _python_of_everybody,
    open_folder,
)

MONTY = Path(sysconfig.get_path("scripts")) / "monty"
# What a worker without packages and without a next tenant can be made to do.
ATTACKS_BELOW = [attack for attack in ATTACKS if not attack.needs and attack.plants is None]


def _attacked(user: str, folder: Path, attacks: Sequence[tuple[str, str]]) -> dict[str, str]:
    """What each attack printed, by its name."""
    (folder / "attacks.json").write_text(json.dumps({"prelude": PRELUDE, "attacks": attacks}))
    own = folder / "own"
    own.mkdir(mode=0o755)
    drop, python, checkout = [], sys.executable, CHECKOUT
    if user == "ordinary" and IS_ROOT:
        drop, python, checkout = _DROP_TO_NOBODY, _python_of_everybody(), _copied(folder / "checkout")
        os.chown(own, NOBODY, NOBODY)
    command = [*drop, python, "-m", "tests.support.rust_walls", str(own), str(MONTY), str(folder / "attacks.json")]
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(checkout), "KEY": SECRET}
    ran = subprocess.run(command, cwd=checkout, env=environment, capture_output=True, timeout=90, check=False)
    assert ran.returncode == 0, ran.stderr.decode()
    parts = ran.stdout.decode(errors="replace").split("\n# ")
    return dict(part.partition("\n")[::2] for part in parts[1:])


@pytest.mark.parametrize("user", ["root", "ordinary"] if IS_ROOT else ["ordinary"])
def test_no_attack_reaches_its_goal_in_a_workers_confinement(
    user: str, target: Target, tally: Tally, tmp_path: Path
) -> None:
    # given
    before = target.state()
    identity = NOBODY if IS_ROOT and user == "ordinary" else None
    with open_folder() as folder, subprocess.Popen(["sleep", "90"], env={"KEY": SECRET}, user=identity) as host:
        try:
            names = target.names(host.pid, yard_outside(folder / "yard", host.pid))
            scripts = [("control", "reached()"), *((str(attack), names + attack.code) for attack in ATTACKS_BELOW)]
            # when
            said = _attacked(user, folder, scripts)
            alive = host.poll() is None
        finally:
            host.kill()
    # then
    assert "REACHED" in said.pop("control")
    assert list(said) == [str(attack) for attack in ATTACKS_BELOW]
    for attack in ATTACKS_BELOW:
        tally.note(f"monty's worker as {user}", attack.family, reached="REACHED" in said[str(attack)])
    assert [name for name, words in said.items() if "REACHED" in words] == []
    assert [words for words in said.values() if "MISSING" in words and "planted" not in words] == []
    assert alive
    assert target.state() == before
    assert not target.was_called()
    assert not target.left_elsewhere()
