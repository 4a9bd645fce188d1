"""A real sandbox for tests: an engine in a host process of its own, as root or as an ordinary user."""

import base64
import contextlib
import itertools
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import asdict
from pathlib import Path
from typing import Any

from orchestration.limits import TaskLimits
from orchestration.repl_job import EarlierResult, LeftState, NamedState, OutputFile, ReplOutcome
from orchestration.states import EngineName, ErrorKind, StateKind
from replwright.repl.host.guest_python import find_guest_python

CHECKOUT = Path(__file__).resolve().parents[2]
SECRET = "SECRET-4711-of-the-host"
NOBODY = 65534
IS_ROOT = os.geteuid() == 0
_PATIENCE_S = 60.0
# setpriv's own exec still has root's rights to pass folders; that of env after it has none.
_DROP_TO_NOBODY = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "env"]


class Sandbox:
    """An engine that tests talk to. `pid` is the host process, `zygote` the bare one below it; a context manager.

    `engine` is the engine's class, below replwright.repl.host; `options` go to it as they are, as JSON.
    """

    def __init__(
        self,
        folder: Path,
        python: Path | None = None,
        guest_python: Path | None = None,
        as_nobody: bool = False,
        max_live: int = 64,
        launcher: Sequence[str] = (),
        engine: str = "cpython:CPythonEngine",
        **options: Any,
    ) -> None:
        self._numbers = itertools.count()
        self._waiting: dict[int, Future[dict[str, Any]]] = {}
        drop = _DROP_TO_NOBODY if as_nobody else []
        checkout = _copied(folder / "checkout") if as_nobody else CHECKOUT
        self.scratch_root = folder / "scratch"
        self.scratch_root.mkdir(exist_ok=True)
        if as_nobody:
            os.chown(self.scratch_root, NOBODY, NOBODY)
        guest = str(guest_python or find_guest_python())
        told = json.dumps({**options, "max_live": max_live})
        arguments = ["-m", "tests.support.sandbox_host", engine, str(self.scratch_root), guest, told]
        self.process = subprocess.Popen(
            [*drop, *launcher, str(python or sys.executable), *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=checkout,
            env={"PATH": os.environ["PATH"], "PYTHONPATH": str(checkout), "REPLWRIGHT_MODEL_API_KEY": SECRET},
            text=True,
        )
        assert self.process.stdout is not None
        first = json.loads(self.process.stdout.readline() or '{"unavailable": "the host said nothing"}')
        self.unavailable: str | None = first.get("unavailable")
        self.pid, self.zygote = first.get("ready", 0), first.get("zygote", 0)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self) -> "Sandbox":
        if self.unavailable is not None:
            self.stop()
            raise AssertionError(self.unavailable)
        return self

    def __exit__(self, *_exception: object) -> None:
        self.stop()

    def run(self, code: str, **named: Any) -> ReplOutcome:
        """Run one job and wait for it. See `submit` for the rest."""
        return self.outcome(self.submit(code, **named))

    def submit(
        self,
        code: str,
        context: object = None,
        inputs: Iterable[Path] = (),
        results: Iterable[EarlierResult] = (),
        engine: EngineName = EngineName.AUTO,
        named: NamedState | None = None,
        group: str | None = None,
        group_size: int = 1,
        functions: Sequence[str] = (),
        **limits: Any,
    ) -> int:
        """Send a job; `inputs` are files named by their stem, `functions` those of sandbox_calls.py, `limits` fields
        of TaskLimits.
        """
        return self._ask(
            code=code,
            context=json.dumps(context),
            inputs=[(path.stem, str(path), path.suffix[1:]) for path in inputs],
            results=[asdict(one) for one in results],
            engine=engine,
            named=asdict(named) if named else None,
            group=group,
            group_size=group_size,
            functions=list(functions),
            limits=asdict(TaskLimits(**{"timeout_s": 20.0, **limits})),
        )

    def answer(self, number: int) -> dict[str, Any]:
        """What the host said of a job: `outcome`, `cancelled` or `raised`."""
        return self._waiting[number].result(_PATIENCE_S)

    def outcome(self, number: int) -> ReplOutcome:
        told = self.answer(number)["outcome"]
        outputs = tuple(OutputFile(**{**one, "data": base64.b64decode(one["data"])}) for one in told["outputs"])
        kind = ErrorKind(told["error_kind"]) if told["error_kind"] else None
        return ReplOutcome(**{**told, "error_kind": kind, "outputs": outputs, "state": _state(told["state"])})

    def cancel(self, number: int) -> None:
        self._say({"cancel": number})

    def forget(self, key: str) -> None:
        """End the live copy of a named REPL, and wait until that is done."""
        self.answer(self._ask(forget=key))

    def end_group(self, group: str) -> None:
        """Give back what the jobs of a group shared, and wait until that is done."""
        self.answer(self._ask(end_group=group))

    def stats(self) -> dict[str, int]:
        """The engine's counts of now."""
        stats: dict[str, int] = self.answer(self._ask(stats=True))["stats"]
        return stats

    def zygotes(self) -> list[int]:
        """The processes that REPLs are forked from now, templates apart."""
        pids: list[int] = self.answer(self._ask(stats=True))["zygotes"]
        return pids

    def stop(self) -> None:
        """End the engine as a host does; kill the host if it hangs."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.close()
        try:
            self.process.wait(_PATIENCE_S)
        except subprocess.TimeoutExpired:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
            raise
        finally:
            self._reader.join(_PATIENCE_S)
            self.process.stdout.close()

    def _ask(self, **message: Any) -> int:
        number = next(self._numbers)
        self._waiting[number] = Future()
        self._say({"id": number, **message})
        return number

    def _say(self, message: dict[str, Any]) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(message, default=str) + "\n")
        self.process.stdin.flush()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            message = json.loads(line)
            self._waiting[message["id"]].set_result(message)


def _state(told: dict[str, Any] | None) -> LeftState | None:
    if told is None:
        return None
    snapshot = base64.b64decode(told["snapshot"]) if told["snapshot"] is not None else None
    return LeftState(StateKind(told["kind"]), snapshot, tuple(told["unsaved"]))


@contextlib.contextmanager
def open_folder() -> Iterator[Path]:
    """A temporary folder that every user may pass and read; pytest's own are private to one user."""
    with tempfile.TemporaryDirectory(prefix="sandbox-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


def ordinary(folder: Path, **named: Any) -> Sandbox:
    """A sandbox of an ordinary user: this one's, or as root that of a user without rights, with a bare guest."""
    if not IS_ROOT:
        return Sandbox(folder, **named)
    home = folder / "home"
    home.mkdir(mode=0o700)
    os.chown(home, NOBODY, NOBODY)
    os.chmod(folder, 0o755)
    guest = _bare_guest(home / "guest", _DROP_TO_NOBODY)
    return Sandbox(folder, Path(_python_of_everybody()), guest, True, **named)


def contained(folder: Path) -> Sandbox:
    """A sandbox of root in a container that refuses namespaces, with a bare guest that every user may read."""
    os.chmod(folder, 0o755)
    guest = _bare_guest(folder / "guest", [])
    return Sandbox(folder, guest_python=guest, launcher=lacking("no-namespaces"))


def lacking(what: str) -> list[str]:
    """The start of a command that runs the rest on a kernel without `what`; see without.py."""
    return ["python3", str(CHECKOUT / "tests" / "support" / "without.py"), what]


def _bare_guest(folder: Path, drop: Sequence[str]) -> Path:
    """A guest's Python without packages, which an ordinary user can run."""
    subprocess.run([*drop, _python_of_everybody(), "-m", "venv", "--without-pip", str(folder)], check=True)
    return folder / "bin" / "python"


def _python_of_everybody() -> str:
    """A Python that any user can run: an interpreter under root's home is none."""
    for python in (os.path.realpath(sys.executable), "/usr/bin/python3", "/usr/local/bin/python3"):
        check = "import sys; sys.exit(sys.version_info < (3, 11))"
        if subprocess.run([*_DROP_TO_NOBODY, python, "-c", check], stderr=subprocess.DEVNULL).returncode == 0:
            return python
    raise AssertionError("no Python 3.11 that an ordinary user can run; install one in /usr")


def _copied(checkout: Path) -> Path:
    """Our code where another user may read it."""
    for name in ("orchestration", "replwright", "tests"):
        shutil.copytree(CHECKOUT / name, checkout / name, ignore=shutil.ignore_patterns("__pycache__"))
    return checkout
