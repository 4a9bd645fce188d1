"""A node's copies of remote blobs: verified when they come in, least recently used out."""

from collections.abc import Callable
from pathlib import Path

from orchestration.errors import ServiceMissing
from replwright.blobs.folder import Folder, key_of

# What was asked for lately stays, over the bound if need be: its REPL may not have its own link to it yet.
_SPARED_S = 10 * 60
_DEAD_PART_S = 24 * 3600


class NodeCache:
    """At most about `limit` bytes, shared by the processes of a node. A REPL's hard link outlives the eviction."""

    def __init__(self, folder: Path, limit: int, spared_s: float = _SPARED_S) -> None:
        self._folder, self._limit, self._spared_s = Folder(folder), limit, spared_s

    def get(self, key: str, fetch: Callable[[str, Path], None]) -> Path:
        """The local copy; `fetch(key, file)` makes it, once for all who ask. Raises ServiceMissing for wrong bytes."""
        if self._folder.touch(key):
            return self._folder.path(key)
        with self._folder.turn(key):
            if self._folder.touch(key):
                return self._folder.path(key)
            path = self._folder.write(key, lambda part: _fetch_verified(key, part, fetch))
        self.trim()
        return path

    def trim(self) -> None:
        """Evict the least recently used until the rest fits."""
        with self._folder.turn():
            self._folder.remove_parts_older_than(_DEAD_PART_S)
            kept = sorted(self._folder.kept(), key=lambda each: each.modified)
            over = sum(each.size for each in kept) - self._limit
            for each in kept:
                if over <= 0:
                    return
                # One that a REPL holds by a link of its own gives no space back.
                if each.links == 1 and self._folder.remove_if_older(each.key, self._spared_s):
                    over -= each.size


def _fetch_verified(key: str, part: Path, fetch: Callable[[str, Path], None]) -> None:
    fetch(key, part)
    found = key_of(part)
    if found != key:
        raise ServiceMissing(
            f"the blob store holds other bytes under {key} (their SHA-256 is {found}); nothing of them was used",
            "find out what wrote there, delete that file, and submit the question again",
        )
