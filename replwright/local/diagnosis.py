"""Why a service ended, from the last of its log: one line that names the remedy."""

import math
import re
import shutil
from pathlib import Path

from orchestration.errors import ServiceMissing

TAIL_BYTES = 16_384
NEARLY_FULL_BYTES = 32 * 1024**2
_DISK_FULL = re.compile(r"No space left on device|Disk quota exceeded|OSError: \[Errno 28\]")
_PORT_TAKEN = re.compile(r"Address already in use|address already in use|Could not create server TCP listening socket")
_NOT_SAID = re.compile(r"^\s*$|^Traceback|^\s+File |^\s+\^|HINT:|DETAIL:|^initdb: removing")


def tail(log: Path) -> str:
    try:
        with log.open("rb") as file:
            file.seek(max(0, file.seek(0, 2) - TAIL_BYTES))
            return file.read().decode(errors="replace")
    except OSError:
        return ""


def explain_end(title: str, exit_code: int | None, log: Path) -> ServiceMissing:
    """`exit_code` is negative for a signal, None when the service never became ready."""
    text = tail(log)
    # A log on a full disk says nothing, and a server that needs a whole segment fails a little before the end.
    if _DISK_FULL.search(text) or _free_bytes(log) < NEARLY_FULL_BYTES:
        return ServiceMissing(
            f"{title}: the disk under {log.parent.parent} is full",
            "free some space there, or set REPLWRIGHT_HOME to another disk",
        )
    if _PORT_TAKEN.search(text):
        return ServiceMissing(f"{title}: its port is in use by another process", "start again, or set another port")
    lines = [line.strip() for line in text.splitlines() if not _NOT_SAID.search(line)]
    said = f": {lines[-1][:300]}" if lines else ""
    return ServiceMissing(f"{title} {_ended(exit_code)}{said}", f"see {log}")


def _free_bytes(log: Path) -> float:
    try:
        return shutil.disk_usage(log.parent).free
    except OSError:
        return math.inf


def _ended(exit_code: int | None) -> str:
    if exit_code is None:
        return "did not become ready"
    return f"was ended by signal {-exit_code}" if exit_code < 0 else f"ended with exit code {exit_code}"
