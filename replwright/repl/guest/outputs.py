"""What is left in outputs/ goes to the host as artifacts, within a size."""

import contextlib
import os
import shutil
import stat
import sys
from pathlib import Path

from replwright.repl.guest import wire

_MAX_FILES = 100


def send(channel: int, folder: Path, limit: int) -> None:
    """Send the regular files under `folder`, by name, up to `limit` bytes; say on stderr what was left out."""
    sent, left, skipped = 0, limit, []
    for path in files(folder):
        size = path.lstat().st_size
        if size > left or sent == _MAX_FILES:
            skipped.append(f"{path.relative_to(folder)} ({size} bytes)")
            continue
        data = path.read_bytes()[:size]
        wire.send(channel, {"output": str(path.relative_to(folder)), "size": len(data)})
        wire.send_bytes(channel, data)
        sent, left = sent + 1, left - len(data)
    if skipped:
        shown = ", ".join(skipped[:10]) + (f" and {len(skipped) - 10} more" if len(skipped) > 10 else "")
        print(f"outputs/ may hold {limit} bytes in {_MAX_FILES} files; left out: {shown}", file=sys.__stderr__)


def clear(folder: Path) -> None:
    """Leave it empty for the next job of this REPL, whatever an earlier one made of it."""
    with contextlib.suppress(OSError):
        if not os.path.islink(folder) and not os.listdir(folder):
            return
    with contextlib.suppress(OSError):
        folder.unlink()
    shutil.rmtree(folder, ignore_errors=True)
    with contextlib.suppress(OSError):
        folder.mkdir()


def files(folder: Path) -> list[Path]:
    """The regular files under it, by name."""
    found = []
    for parent, _folders, names in os.walk(folder):
        for name in names:
            path = Path(parent, name)
            if stat.S_ISREG(path.lstat().st_mode):
                found.append(path)
    return sorted(found)
