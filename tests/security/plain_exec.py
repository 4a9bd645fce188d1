"""The positive control: attacks run by a plain `exec` in a process of the guest's Python, without any sandbox."""

import json
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from replwright.repl.host.guest_python import find_guest_python
from tests.support.sandbox import SECRET

_PATIENCE_S = 20
# Packages are loaded once; each attack has a child of its own, with a descriptor that a careless host left open.
_SERVER = f"""
import importlib, json, os, signal, sys, traceback
for name in ("pandas", "pyarrow.csv", "pyarrow.dataset", "openpyxl"):
    try:
        importlib.import_module(name)
    except ImportError:
        pass
for line in sys.stdin:
    told = json.loads(line)
    if os.fork() == 0:
        signal.alarm({_PATIENCE_S})
        os.chdir(told["folder"])
        os.dup2(os.open("stdout", os.O_CREAT | os.O_WRONLY), 1)
        os.dup2(os.open("stderr", os.O_CREAT | os.O_WRONLY), 2)
        os.open(told["open"], os.O_RDONLY)
        os.environ.update(HOME=told["folder"], TMPDIR=told["folder"])
        names = {{"__name__": "__main__"}}
        try:
            for code in told["codes"]:
                exec(compile(code, "<attack>", "exec"), names)
        except BaseException:
            traceback.print_exc()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)
    os.wait()
    print("ran", flush=True)
"""


class PlainExec:
    """A context manager around the process that forks a child for each attack."""

    def __enter__(self) -> Self:
        self._folder = tempfile.TemporaryDirectory(prefix="plain-")
        Path(self._folder.name).chmod(0o755)
        self._process = subprocess.Popen(
            [str(find_guest_python()), "-B", "-c", _SERVER],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=self._folder.name,
            env={"PATH": "/usr/bin:/bin", "KEY": SECRET},
            text=True,
        )
        self._number = 0
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.communicate()
        self._folder.cleanup()

    def run(self, codes: Sequence[str], left_open: Path) -> str:
        """What the codes printed, one after the other in one process; errors too."""
        self._number += 1
        folder = Path(self._folder.name, str(self._number))
        folder.mkdir()
        told: Mapping[str, object] = {"folder": str(folder), "codes": codes, "open": str(left_open)}
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(told) + "\n")
        self._process.stdin.flush()
        assert self._process.stdout.readline() == "ran\n"
        return (folder / "stdout").read_text(errors="replace") + (folder / "stderr").read_text(errors="replace")
