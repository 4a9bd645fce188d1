"""Which users the REPLs of this process become, when it is root."""

import os
from pathlib import Path

UIDS_PER_ENGINE = 10_000
_FIRST, _ENGINES = 200_000_000, 20_000


def first_uid(uid_map: str | None = None) -> int:
    """The first of UIDS_PER_ENGINE users; processes of one machine hardly ever share any.

    A user namespace may know only a few: then the last of those. `uid_map` is /proc/self/uid_map by default.
    """
    lines = (Path("/proc/self/uid_map").read_text() if uid_map is None else uid_map).splitlines()
    end = max(int(line.split()[0]) + int(line.split()[2]) for line in lines)
    wanted = _FIRST + os.getpid() % _ENGINES * UIDS_PER_ENGINE
    return wanted if wanted + UIDS_PER_ENGINE < end else max(end - UIDS_PER_ENGINE - 1, 1)
