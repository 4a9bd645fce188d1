"""The walls as each kind of user has them: `observe` runs a host process of that kind and tells what it saw."""

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from replwright.repl.host.guest_python import find_guest_python
from tests.support.sandbox import _DROP_TO_NOBODY, CHECKOUT, IS_ROOT, NOBODY, _bare_guest, _copied, _python_of_everybody
from tests.support.sandbox import lacking as _lacking

BWRAP = shutil.which("bwrap") or ""
_PATIENCE_S = 120.0


def can(*command: str, as_ordinary: bool = False) -> bool:
    """Whether this machine runs that, as this user or as an ordinary one."""
    whole = [*(_DROP_TO_NOBODY if IS_ROOT and as_ordinary else []), *command]
    with contextlib.suppress(OSError):
        return subprocess.run(whole, capture_output=True, timeout=_PATIENCE_S, check=False).returncode == 0
    return False


def has_user_namespaces() -> bool:
    """Whether an ordinary user may take one here, with mounts in it."""
    return can("unshare", "--user", "--map-root-user", "--mount", "true", as_ordinary=True)


def bwrap_works(as_ordinary: bool) -> bool:
    """Whether bubblewrap is there and makes a sandbox."""
    return bool(BWRAP) and can(BWRAP, "--unshare-pid", "--ro-bind", "/", "/", "true", as_ordinary=as_ordinary)


def observe(
    *, ordinary: bool = False, lacking: str | None = None, bwrap: str = "", flavour: str = "bare", **wanted: Any
) -> dict[str, Any]:
    """What a host tells (see walls_host.py): as this user or an ordinary one, on a kernel that is `lacking` something.

    Where an ordinary user is played by root, its guest has no packages.
    """
    with tempfile.TemporaryDirectory(prefix="walls-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        drop = ordinary and IS_ROOT
        # Users of their own without a view cannot pass root's home either.
        bare = drop or (IS_ROOT and lacking == "no-namespaces")
        root = folder / "root"
        root.mkdir(mode=0o755)
        if drop:
            os.chown(root, NOBODY, NOBODY)
        guest = _bare_guest(folder / "guest", []) if bare else find_guest_python()
        asked = {"root": str(root), "python": str(guest), "flavour": flavour, "bwrap": bwrap, "codes": [], **wanted}
        command = [*(_DROP_TO_NOBODY if drop else []), *(_lacking(lacking) if lacking else [])]
        return _told(command, _copied(folder / "checkout") if drop else CHECKOUT, drop, asked)


def _told(command: Sequence[str], checkout: Path, drop: bool, asked: dict[str, Any]) -> dict[str, Any]:
    python = _python_of_everybody() if drop else sys.executable
    ran = subprocess.run(
        [*command, python, "-m", "tests.support.walls_host", json.dumps(asked)],
        cwd=checkout,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(checkout)},
        capture_output=True,
        text=True,
        timeout=_PATIENCE_S,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr[-3000:]
    answer: dict[str, Any] = json.loads(ran.stdout)
    return answer
