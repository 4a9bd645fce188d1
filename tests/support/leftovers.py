"""Which processes were left behind? `python -m tests.support.leftovers MARK SINCE` lists them.

Those that carry the mark in their environment count, and, as PostgreSQL and Ray's workers overwrite theirs, those that
started since SINCE (Unix seconds) and run something of this checkout or call themselves Ray's.
"""

import math
import os
import sys
import time
from pathlib import Path

PATIENCE_S = 10.0
ROOT = Path(__file__).parents[2]


def carrying(mark: str, since: float = math.inf) -> dict[int, str]:
    """Live processes by pid, this one and its ancestors apart."""
    own = ancestors()
    found = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) in own:
            continue
        try:
            command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            marked = mark.encode() in (entry / "environ").read_bytes()
            ours = str(ROOT) in command or str(ROOT) in os.readlink(entry / "exe") or command.startswith("ray::")
            if marked or (ours and entry.stat().st_ctime >= since):
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
    mark, since = sys.argv[1], float(sys.argv[2])
    while (left := carrying(mark, since)) and time.monotonic() < deadline:
        time.sleep(0.5)
    for pid, command in left.items():
        print(f"left behind: {pid} {command}")
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())
