"""Which processes were left behind? `python -m tests.support.leftovers MARK` lists those that carry the mark."""

import os
import sys
import time
from pathlib import Path

PATIENCE_S = 10.0


def carrying(mark: str) -> dict[int, str]:
    """Live processes whose environment holds `mark`, by pid, this one and its ancestors apart."""
    own = ancestors()
    found = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) in own:
            continue
        try:
            if mark.encode() in (entry / "environ").read_bytes():
                command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                found[int(entry.name)] = command[:150]
        except OSError:
            continue
    return found


def ancestors() -> set[int]:
    """This process and all above it."""
    pid, line = os.getpid(), set[int]()
    while pid > 0 and pid not in line:
        line.add(pid)
        pid = int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1])
    return line


def main() -> int:
    deadline = time.monotonic() + PATIENCE_S
    while (left := carrying(sys.argv[1])) and time.monotonic() < deadline:
        time.sleep(0.5)
    for pid, command in left.items():
        print(f"left behind: {pid} {command}")
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())
