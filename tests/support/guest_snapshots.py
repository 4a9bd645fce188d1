"""Saves and loads namespaces with the guest's own Python: what a test builds in one process, it checks in another."""

import json
import subprocess
from pathlib import Path
from typing import Any

from replwright.repl.host.guest_python import find_guest_python

CHECKOUT = Path(__file__).resolve().parents[2]


class GuestSnapshots:
    """A context manager. `keep` is where snapshots lie."""

    def __init__(self, keep: Path) -> None:
        self.keep = keep
        self._process = subprocess.Popen(
            [
                str(find_guest_python()),
                str(Path(__file__).with_name("guest_server.py")),
                str(CHECKOUT / "replwright/repl"),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> "GuestSnapshots":
        return self

    def __exit__(self, *_exception: object) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(30)
        self._process.stdout.close()

    def carry(
        self,
        build: str,
        check: str = "",
        *,
        after: str = "",
        limit: int = 64 * 1024**2,
        without: tuple[str, ...] = (),
        saved: Path | None = None,
        seconds: float = 30.0,
    ) -> dict[str, Any]:
        """Run `build`, save; `after` runs where it was saved; load elsewhere, run `check` there.

        What each end said: `told` is the variable of that name, `unsaved` and `size` the save's, `unrestorable` the
        load's. Raises AssertionError with the traceback when either end raised.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        path = saved or self.keep / "snapshot"
        request = {"build": build, "check": check, "after": after, "limit": limit, "without": without}
        request |= {"path": str(path), "saved": saved is not None, "seconds": seconds}
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        said: dict[str, Any] = json.loads(self._process.stdout.readline())
        for end in said.values():
            assert "raised" not in end, end["raised"]
        return said
