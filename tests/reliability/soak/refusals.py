"""Late writes that were refused, counted from the logs of the stack as they grow (they are rotated meanwhile)."""

import os
import re
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

_PATTERNS = {
    # A worker whose step was taken from it: its reply, its plan or its end came too late.
    "steps refused": re.compile(r"'given up: "),
    # It was told so by its pulse while the model was asked: the call was cut off, and nothing written.
    "model calls cut off": re.compile(r"'stopped: "),
    "results refused": re.compile(r"landing refused for tasks \(([\d, ]+)\)"),
    "processes given up": re.compile(r"was given up by a sweeper|gone without a word"),
}
_SWEPT = re.compile(r"sweep: \d+ ended, (\d+) steps and (\d+) tasks returned")


_ERROR = re.compile(r"^([A-Za-z_][\w.]*)(?::|$)")


def errors(lines: Iterable[str]) -> Counter[str]:
    """The kinds of the exceptions of which these lines show a traceback."""
    found = Counter[str]()
    inside = False
    for line in lines:
        if line.startswith("Traceback (most recent call last)"):
            inside = True
        elif inside and (match := _ERROR.match(line)):
            found[match[1].rpartition(".")[2]] += 1
            inside = False
    return found


def count(lines: Iterable[str]) -> Counter[str]:
    """What these lines tell: refusals, and claims that sweepers took back."""
    found = Counter[str]()
    for line in lines:
        for name, pattern in _PATTERNS.items():
            if match := pattern.search(line):
                found[name] += len(re.findall(r"\d+", match[1])) if match.groups() else 1
        if match := _SWEPT.search(line):
            found["steps taken back"] += int(match[1])
            found["tasks taken back"] += int(match[2])
    return found


class Refusals:
    """Follows the logs of one home, those of Ray's hosts too."""

    def __init__(self, logs: Path, ray: Path) -> None:
        self._logs, self._ray = logs, ray
        # By file: what was read of it. By path: which file it was.
        self._read: dict[int, int] = {}
        self._files: dict[Path, int] = {}
        self.counted = Counter[str]()
        self.errors = Counter[str]()

    def look(self) -> None:
        """Read on where the last look ended, and keep Ray's logs: they are gone with its folder."""
        for path in (*self._logs.glob("*.log"), *self._ray.glob("session_2*/logs/*.*")):
            with suppress(OSError):
                if path.parent != self._logs:
                    self._keep(path)
                file = path.stat().st_ino
                if self._files.get(path, file) != file:
                    # Rotated since: what was still written to it stands under its other name.
                    self._follow(path.with_suffix(".log.1"))
                    self._read.pop(file, None)
                self._files[path] = file
                self._follow(path)

    def _follow(self, path: Path) -> None:
        with path.open("rb") as file:
            number = os.fstat(file.fileno()).st_ino
            start = self._read.get(number, 0)
            if os.fstat(file.fileno()).st_size <= start:
                return
            file.seek(start)
            # A line that is half written is read whole the next time.
            data = file.read()
            whole = data[: data.rfind(b"\n") + 1]
            self._read[number] = start + len(whole)
            lines = whole.decode(errors="replace").splitlines()
            self.counted += count(lines)
            self.errors += errors(lines)

    def _keep(self, path: Path) -> None:
        """A second name for the file, among the stack's own logs."""
        kept = self._logs / "ray" / f"{path.parent.parent.name}-{path.name}"
        if not kept.exists():
            kept.parent.mkdir(exist_ok=True)
            os.link(path, kept)
