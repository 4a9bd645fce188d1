"""What processes hold, shared pages counted once: the sum of their PSS, over whole trees of processes."""

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

_KB = 1024


def pss_bytes(roots: Iterable[int]) -> int:
    """The PSS of these processes and all their descendants. Needs the rights to look at them."""
    return sum(_pss(pid) for pid in _with_descendants(roots))


def _with_descendants(roots: Iterable[int]) -> set[int]:
    children = defaultdict(list)
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                stat = (folder / "stat").read_text()
            except OSError:
                continue
            children[int(stat.rpartition(")")[2].split()[1])].append(int(folder.name))
    found: set[int] = set()
    waiting = list(roots)
    while waiting:
        pid = waiting.pop()
        if pid not in found:
            found.add(pid)
            waiting += children[pid]
    return found


def _pss(pid: int) -> int:
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * _KB
    except OSError:
        # It ended meanwhile.
        return 0
    return 0
