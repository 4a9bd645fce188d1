"""One wall more around the zygote where bubblewrap is installed: no network, processes and files of its own."""

import functools
import json
import os
import shutil
import subprocess
from pathlib import Path

from orchestration.errors import SandboxUnavailable

# What the zygote needs, as root, to put REPLs behind their own walls; it gives all of it up for them.
_CAPABILITIES = ("SYS_ADMIN", "SETUID", "SETGID", "SETPCAP", "CHOWN", "DAC_OVERRIDE", "SYS_RESOURCE", "KILL")
_ASK_S = 30.0


def found() -> str | None:
    """The bubblewrap of this host."""
    return shutil.which("bwrap")


def around(bwrap: str, python: Path, ours: Path, jobs: Path, view: Path) -> list[str]:
    """The start of a command that runs the rest behind the wall. `ours` is the folder of the zygote's own program.

    Raises SandboxUnavailable when `python` cannot be asked where its libraries are.
    """
    command = [bwrap, "--die-with-parent", "--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts"]
    if os.geteuid() == 0:
        command += [part for name in _CAPABILITIES for part in ("--cap-add", f"CAP_{name}")]
    else:
        command += ["--unshare-user"]
    command += ["--proc", "/proc", "--dev", "/dev"]
    for path in (*_links(python), *_libraries(str(python)), str(ours / "guest"), str(ours / "host")):
        command += ["--ro-bind", os.path.realpath(path), path]
    for folder in (jobs, view):
        command += ["--bind", str(folder), str(folder)]
    return [*command, "--chdir", "/", "--"]


@functools.cache
def _libraries(python: str) -> tuple[str, ...]:
    """What this Python reads, as confine/paths.py finds it there."""
    ours = Path(__file__).parent / "confine"
    ask = "import json, sys; sys.path.insert(0, sys.argv[1]); import paths; print(json.dumps(paths.readable()))"
    command = [python, "-s", "-B", "-c", ask, str(ours)]
    try:
        asked = subprocess.run(command, capture_output=True, timeout=_ASK_S, check=True, cwd="/", env={})
        return tuple(json.loads(asked.stdout))
    except (OSError, subprocess.SubprocessError, ValueError):
        raise SandboxUnavailable(f"{python} is no Python that runs", "make setup") from None


def _links(python: Path) -> list[str]:
    """The interpreter by every name on the way to it, and what makes it its environment's."""
    names, at = [], python
    while at.is_symlink():
        names.append(str(at))
        at = at.parent / at.readlink()
    environment = python.parent.parent / "pyvenv.cfg"
    return [*names, str(at), *([str(environment)] if environment.exists() else [])]
