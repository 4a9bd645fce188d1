"""What a Monty worker is confined by: found out once, written down for the launcher, attacked before any job runs."""

import json
import os
import shlex
import shutil
import socket
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any

from orchestration.errors import SandboxUnavailable
from replwright.repl.host.confine import landlock
from replwright.repl.host.rust import filter as system_calls
from replwright.repl.host.scratch import make_folder
from replwright.repl.host.uids import UIDS_PER_ENGINE, first_uid

_SELF_TEST_S = 20
_REMEDY = "see replwright doctor"
# Monty counts its heap itself; the address space is the net under that, for what its count misses.
MOST_HEAP_BYTES = 1024**3
_ADDRESS_SPACE = 4 * MOST_HEAP_BYTES
_MOST_CPU_S = 24 * 3600
_MOST_TASKS = 16


class Walls:
    """The launchers of one engine in `folder`. Raises SandboxUnavailable when this machine cannot confine a worker."""

    def __init__(self, folder: Path, binary: Path) -> None:
        self._folder = folder
        try:
            self._settings = _settings(binary)
        except OSError as error:
            raise SandboxUnavailable(f"the rust engine's workers cannot be confined: {error}", _REMEDY) from None
        make_folder(folder, 0o700)
        self._write("launch", self._settings)

    def launcher(self, slot: int) -> Path:
        """The program that becomes the worker of `slot`; for a moment one user runs in a slot, as root."""
        return self._script("launch", slot)

    def attack(self) -> None:
        """Run the attacks in the confinement. Raises SandboxUnavailable that names those which reached their goal."""
        canary = self._folder / "canary"
        canary.write_text("whoever reads this broke out")
        with socket.create_server(("127.0.0.1", 0)) as listening:
            probe = {"canary": str(canary), "port": listening.getsockname()[1], "host": os.getpid()}
            self._write("probe", {**self._settings, "probe": probe})
            script = self._script("probe", 0)
            try:
                told = subprocess.run(
                    [script], stdin=subprocess.DEVNULL, capture_output=True, timeout=_SELF_TEST_S, env={}, check=False
                )
            except (OSError, subprocess.TimeoutExpired) as error:
                raise SandboxUnavailable(f"the rust engine's self-test failed: {error}", _REMEDY) from None
        if told.stdout != b"[]":
            what = (told.stdout + told.stderr)[-500:].decode(errors="replace") or f"exit code {told.returncode}"
            raise SandboxUnavailable(f"the rust engine's self-test failed: {what.strip()}", _REMEDY)

    def _write(self, name: str, settings: dict[str, Any]) -> None:
        (self._folder / f"{name}.json").write_text(json.dumps(settings))
        launcher = Path(__file__).with_name("launch.py")
        words = [sys.executable, "-I", "-S", "-B", str(launcher), str(self._folder / f"{name}.json")]
        script = self._folder / name
        script.write_text(f'#!/bin/sh\nexec {shlex.join(words)} "$0" "$@"\n')
        script.chmod(0o700)

    def _script(self, name: str, slot: int) -> Path:
        # A link to what was written once: a program cannot be started while a fork of another thread holds it open.
        script = self._folder / f"{name}-{slot}"
        if not script.is_symlink():
            script.symlink_to(name)
        return script


def find_program(binary: Path | None = None) -> Path:
    """The interpreter that is installed beside ours. Raises SandboxUnavailable when it is not there."""
    beside = Path(sysconfig.get_path("scripts")) / "monty"
    found = binary or (beside if beside.exists() else Path(shutil.which("monty") or beside))
    if not found.exists():
        raise SandboxUnavailable(f"there is no interpreter of the rust engine at {found}", "make setup")
    return found.resolve()


def _settings(binary: Path) -> dict[str, Any]:
    """What the launcher has to know. Raises OSError when a layer is missing here."""
    as_root = os.geteuid() == 0
    limits = {
        "RLIMIT_AS": _ADDRESS_SPACE,
        "RLIMIT_CPU": _MOST_CPU_S,
        "RLIMIT_FSIZE": 0,
        "RLIMIT_NOFILE": system_calls.MAX_OPEN_FILES,
        "RLIMIT_CORE": 0,
        "RLIMIT_MEMLOCK": 0,
        "RLIMIT_MSGQUEUE": 0,
        "RLIMIT_NICE": 0,
        "RLIMIT_RTPRIO": 0,
        # It counts every process of a user, so it is set only where a worker has a user of its own.
        **({"RLIMIT_NPROC": _MOST_TASKS} if as_root else {}),
    }
    return {
        "repl_folder": str(Path(__file__).resolve().parents[2]),
        "binary": str(binary),
        "program_fd": system_calls.PROGRAM_FD,
        "files": _files(binary),
        "abi": landlock.abi(),
        "filter": system_calls.build().hex(),
        "own_uids": as_root,
        # From the end of the range, whose beginning the other engine's REPLs take.
        "last_uid": first_uid() + UIDS_PER_ENGINE - 1,
        "limits": limits,
        "parent": os.getpid(),
        "probe": None,
    }


def _files(binary: Path) -> list[tuple[str, bool]]:
    """What a worker may read, and whether it is run: the program, its libraries as the loader finds them, zones."""
    told = subprocess.run(
        [binary],
        env={"LD_TRACE_LOADED_OBJECTS": "1"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=_SELF_TEST_S,
        check=False,
    )
    words = [word for line in told.stdout.decode(errors="replace").splitlines() for word in line.split()]
    libraries = sorted({word for word in words if word.startswith("/") and os.path.exists(word)})
    # The loader alone is named without an arrow; the kernel runs it in place of the program.
    return [
        (str(binary), True),
        *((path, os.path.basename(path).startswith("ld-")) for path in libraries),
        ("/etc/ld.so.cache", False),
        ("/usr/share/zoneinfo", False),
    ]
