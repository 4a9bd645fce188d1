"""Remove a folder that untrusted code filled: no links followed, no recursion, whatever its modes and its depth."""

import os
import stat
import uuid
from pathlib import Path


def remove_tree(folder: Path) -> None:
    """Remove `folder` and all in it; nothing happens when it is not there. Nobody may be writing to it any more.

    Subfolders are moved up to the first level before they are emptied, so that depth costs neither stack nor path.
    """
    try:
        top = _open(os.fspath(folder), None)
    except FileNotFoundError:
        return
    try:
        while names := os.listdir(top):
            for name in names:
                _empty_or_unlink(top, name)
    finally:
        os.close(top)
    folder.rmdir()


def _empty_or_unlink(top: int, name: str) -> None:
    if not _is_folder(top, name):
        os.unlink(name, dir_fd=top)
        return
    inner = _open(name, top)
    try:
        for entry in os.listdir(inner):
            if _is_folder(inner, entry):
                # Moving a folder writes to it (its ".."), and it may have been made without that right.
                os.close(_open(entry, inner))
                os.rename(entry, uuid.uuid4().hex, src_dir_fd=inner, dst_dir_fd=top)
            else:
                os.unlink(entry, dir_fd=inner)
    finally:
        os.close(inner)
    os.rmdir(name, dir_fd=top)


def _is_folder(parent: int, name: str) -> bool:
    return stat.S_ISDIR(os.stat(name, dir_fd=parent, follow_symlinks=False).st_mode)


def _open(name: str, parent: int | None) -> int:
    """A descriptor of a folder, made readable and writable for us first."""
    found = os.stat(name, dir_fd=parent, follow_symlinks=False)
    if stat.S_ISDIR(found.st_mode) and found.st_mode & 0o700 != 0o700:
        os.chmod(name, 0o700, dir_fd=parent)
    return os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=parent)
