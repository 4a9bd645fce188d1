"""No attack reaches its goal inside, and each of them does outside."""

import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from replwright.repl.host.guest_python import find_guest_python
from tests.security.attacks import ATTACKS, NEED_ROOT, PRELUDE, Attack
from tests.security.conftest import USERS, Sandboxes
from tests.support.sandbox import CHECKOUT, IS_ROOT, SECRET, Sandbox, open_folder


@dataclass(frozen=True)
class Target:
    """What the attacks are after, and how to see whether it was touched."""

    folder: Path
    tcp: socket.socket
    unix: socket.socket

    def names(self, host: int) -> str:
        paths = {"CANARY": self.folder / "canary", "FOLDER": self.folder, "UNIX": self.folder / "unix"}
        text = "".join(f"{name} = {str(path)!r}\n" for name, path in paths.items())
        ours = str(CHECKOUT / "replwright" / "settings.py")
        return f"{text}OURS = {ours!r}\nPORT = {self.tcp.getsockname()[1]}\nHOST = {host}\n"

    def state(self) -> object:
        facts = {path.name: path.lstat() for path in self.folder.iterdir()}
        kept = {name: (fact.st_mode, fact.st_uid, fact.st_size, fact.st_mtime_ns) for name, fact in facts.items()}
        return kept, (self.folder / "canary").read_text()

    def was_called(self) -> bool:
        try:
            self.tcp.accept()[0].close()
        except BlockingIOError:
            return False
        return True


@pytest.fixture
def target() -> Iterator[Target]:
    with open_folder() as outer, socket.create_server(("127.0.0.1", 0)) as tcp, socket.socket(socket.AF_UNIX) as unix:
        folder = outer / f"target-of-{outer.name}"
        folder.mkdir()
        (folder / "canary").write_text(f"{SECRET}\n")
        (folder / "planted.py").write_text("GOAL = True")
        tcp.setblocking(False)
        unix.bind(str(folder / "unix"))
        unix.listen()
        (folder / "unix").chmod(0o777)
        yield Target(folder, tcp, unix)
        for shared in ("/tmp", "/dev/shm"):
            Path(shared, folder.name).unlink(missing_ok=True)


def _can_be_written(user: str, attack: Attack) -> bool:
    """Where the tests run as root, the guests of other users are bare Pythons."""
    return not (IS_ROOT and user != "root" and attack.needs)


@pytest.mark.parametrize(
    ("user", "attack"),
    [
        pytest.param(user, attack, id=f"{user}-{attack.family}-{attack.name}")
        for user in USERS
        for attack in ATTACKS
        if _can_be_written(user, attack)
    ],
)
def test_an_attack_does_not_reach_its_goal_and_the_next_job_runs(
    user: str, attack: Attack, sandboxes: Sandboxes, target: Target
) -> None:
    # given
    sandbox: Sandbox = sandboxes.of(user)
    before = target.state()
    # when
    outcome = sandbox.run(PRELUDE + target.names(sandbox.pid) + attack.code)
    # then
    assert "REACHED" not in outcome.stdout
    assert SECRET not in f"{outcome.stdout}{outcome.stderr}{outcome.value}"
    assert target.state() == before
    assert not target.was_called()
    assert not Path("/tmp", target.folder.name).exists()
    assert not Path("/dev/shm", target.folder.name).exists()
    assert sandbox.run("6 * 7").value == "42"


@pytest.mark.parametrize(
    "attack",
    [pytest.param(one, id=f"{one.family}-{one.name}") for one in ATTACKS if IS_ROOT or one.name not in NEED_ROOT],
)
def test_the_same_attack_reaches_its_goal_without_the_sandbox(attack: Attack, target: Target, tmp_path: Path) -> None:
    # given a process that stands for the host
    with subprocess.Popen(["sleep", "60"], env={"KEY": SECRET}) as host:
        try:
            # when
            code = PRELUDE + target.names(host.pid) + attack.code
            cwd = tmp_path / "cwd"
            cwd.mkdir()
            command = [str(find_guest_python()), "-B", "-c", code]
            ran = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=60, check=False)
        finally:
            host.kill()
    # then
    assert "REACHED" in ran.stdout, ran.stderr[-500:]
