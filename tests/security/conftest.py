"""The sandboxes under attack: as root, as root without namespaces and as an ordinary user; or only as this user."""

import contextlib
import os
import sysconfig
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from tests.security.plain_exec import PlainExec
from tests.security.tally import TALLY, Tally
from tests.security.target import Target, Yard, make_target
from tests.support.sandbox import IS_ROOT, SECRET, Sandbox, _python_of_everybody, contained, open_folder, ordinary

MAKERS = {"root": Sandbox, "contained": contained, "ordinary": ordinary} if IS_ROOT else {"ordinary": ordinary}
USERS = tuple(MAKERS)
_PATIENCE_S = 20
# It lives beside the attacks, with a secret in its scratch folder, in its input and in its memory.
_NEIGHBOUR = f"""
secret = open(inputs["secret"]).read()
with open("diary", "w") as diary: diary.write({SECRET!r})
import time
time.sleep(600)
"""


def _rust(folder: Path) -> Sandbox:
    return Sandbox(folder, engine="rust.engine:RustEngine")


def _rust_ordinary(folder: Path) -> Sandbox:
    """Of a user without rights, whose Python is told where our packages and Monty are."""
    if not IS_ROOT:
        return _rust(folder)
    packages, programs = sysconfig.get_path("purelib"), sysconfig.get_path("scripts")
    environment = ["env", f"PYTHONPATH={folder / 'checkout'}:{packages}", f"PATH={programs}:{os.environ['PATH']}"]
    python = Path(_python_of_everybody())
    return Sandbox(folder, python, python, True, launcher=environment, engine="rust.engine:RustEngine")


RUST_MAKERS = {"root": _rust, "ordinary": _rust_ordinary} if IS_ROOT else {"ordinary": _rust}
RUST_USERS = tuple(RUST_MAKERS)


class Sandboxes:
    """One sandbox for each kind of user, started when first asked for, with a REPL in it that lives on."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self._folder, self._stack = folder, stack
        self._made: dict[str, Sandbox] = {}
        self._neighbours: dict[str, int] = {}
        self._yards: dict[str, Yard] = {}

    def of(self, user: str) -> Sandbox:
        if user not in self._made:
            folder = self._folder / user
            folder.mkdir(mode=0o755)
            self._made[user] = self._stack.enter_context(MAKERS[user](folder))
        return self._made[user]

    def of_rust(self, user: str) -> Sandbox:
        """The same for the engine `rust`."""
        if f"rust-{user}" not in self._made:
            folder = self._folder / f"rust-{user}"
            folder.mkdir(mode=0o755)
            self._made[f"rust-{user}"] = self._stack.enter_context(RUST_MAKERS[user](folder))
        return self._made[f"rust-{user}"]

    def yard_of_rust(self, user: str) -> Yard:
        """The other workers, and a file that nobody was given."""
        stored = self._folder / "secret.txt"
        stored.write_text(SECRET)
        processes = _below(self.of_rust(user).pid)
        return Yard(processes, [str(stored)], [str(stored)], str(stored), str(self._folder))

    def yard(self, user: str) -> Yard:
        """The neighbour of the attacks, made at first."""
        sandbox = self.of(user)
        if user not in self._neighbours:
            stored = self._folder / "secret.csv"
            stored.write_text(f"a\n{SECRET}\n")
            stored.chmod(0o644)
            self._neighbours[user] = sandbox.submit(_NEIGHBOUR, inputs=[stored], timeout_s=600)
            self._yards[user] = _settled(sandbox, stored)
        processes = _below(sandbox.pid)
        return replace(self._yards[user], processes=[*processes, *_numbers_inside(processes)])

    def neighbour_lives(self, user: str) -> bool:
        waiting = self.of(user)._waiting
        return not waiting[self._neighbours[user]].done()


def _settled(sandbox: Sandbox, stored: Path) -> Yard:
    """Where the neighbour lies, once it has written its diary; no other REPL is there yet."""
    deadline = time.monotonic() + _PATIENCE_S
    while time.monotonic() < deadline:
        diaries = [str(path) for path in sandbox.scratch_root.glob("run-*/jobs/*/scratch/diary")]
        diaries += [path for pid in _below(sandbox.pid) if Path(path := f"/proc/{pid}/cwd/diary").exists()]
        if diaries:
            secrets = [str(path) for path in sandbox.scratch_root.glob("run-*/jobs/*/in/*.csv")]
            return Yard([], diaries, secrets, str(stored), str(next(sandbox.scratch_root.glob("run-*/jobs"))))
        time.sleep(0.05)
    raise AssertionError("the neighbour does not live")


def _below(pid: int) -> list[int]:
    return [each.pid for each in psutil.Process(pid).children(recursive=True)]


def _numbers_inside(processes: Iterable[int]) -> list[int]:
    """The ids of the same processes as a namespace of processes knows them; that of one that ended is left out."""
    numbers: set[int] = set()
    for pid in processes:
        with contextlib.suppress(OSError):
            lines = Path(f"/proc/{pid}/status").read_text().splitlines()
            numbers |= {int(line.split()[-1]) for line in lines if line.startswith("NSpid:")}
    return sorted(numbers - {1, *processes})


@pytest.fixture(scope="session")
def sandboxes() -> Iterator[Sandboxes]:
    with open_folder() as folder, ExitStack() as stack:
        yield Sandboxes(folder, stack)


@pytest.fixture(params=USERS)
def sandbox(request: pytest.FixtureRequest, sandboxes: Sandboxes) -> Sandbox:
    """A sandbox of each kind in turn."""
    return sandboxes.of(request.param)


@pytest.fixture(scope="session")
def plain_exec() -> Iterator[PlainExec]:
    with PlainExec() as plain:
        yield plain


@pytest.fixture
def target() -> Iterator[Target]:
    with make_target() as target:
        yield target


@pytest.fixture
def tally(request: pytest.FixtureRequest) -> Tally:
    return request.config.stash.setdefault(TALLY, Tally())


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    tally = config.stash.get(TALLY, None)
    if tally is not None:
        terminalreporter.section("attacks on the sandbox")
        for line in tally.lines():
            terminalreporter.write_line(line.rstrip())
