"""The snapshot of a named REPL of the rust engine: a header of ours, then what Monty dumped.

Monty's bytes are trusted by Monty alone, in a confined worker. Which bytes those are, the ledger says: a row names the
blob by the SHA-256 of its content, and a file that is called by such a key must be what it is called.
"""

import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path

from orchestration.limits import MAX_SNAPSHOT_BYTES

_MAGIC = b"REPLWRIGHT RUST 1\n"
_MAX_HEADER = 1000
_KEY = re.compile(r"[0-9a-f]{64}")
_HELPER = re.compile(r"_[0-9a-f]{32}")


class Unrestorable(Exception):
    """The snapshot cannot be loaded; the message says why."""


@dataclass(frozen=True, slots=True)
class Dumped:
    """A session's state. `helper` is the name in it that the code does not know."""

    helper: str
    data: bytes


def packed(dumped: Dumped, version: str) -> bytes | None:
    """The snapshot; None when it is too big."""
    digest = hashlib.sha256(dumped.data).hexdigest()
    header = json.dumps({"monty": version, "helper": dumped.helper, "sha256": digest}).encode()
    snapshot = b"".join([_MAGIC, header, b"\n", dumped.data])
    return snapshot if len(snapshot) <= MAX_SNAPSHOT_BYTES else None


def unpacked(path: Path, version: str) -> Dumped:
    """What a snapshot holds. Raises Unrestorable for any that this engine and this version of Monty did not make."""
    try:
        with path.open("rb") as file:
            snapshot = file.read(MAX_SNAPSHOT_BYTES + 1)
    except OSError as error:
        raise Unrestorable(f"its snapshot cannot be read: {error.strerror}") from None
    if len(snapshot) > MAX_SNAPSHOT_BYTES:
        raise Unrestorable("its snapshot is too big")
    if _KEY.fullmatch(path.name) and hashlib.sha256(snapshot).hexdigest() != path.name:
        raise Unrestorable("its snapshot is not what its key says")
    head, _, data = snapshot.removeprefix(_MAGIC).partition(b"\n")
    if not snapshot.startswith(_MAGIC) or len(head) > _MAX_HEADER:
        raise Unrestorable("its snapshot was not made by the rust engine")
    try:
        header = json.loads(head)
        made_by, helper, digest = header["monty"], header["helper"], header["sha256"]
    except (ValueError, KeyError, TypeError):
        raise Unrestorable("the header of its snapshot is damaged") from None
    if made_by != version:
        raise Unrestorable(f"its snapshot was made by Monty {made_by!r}, and this is {version}")
    if hashlib.sha256(data).hexdigest() != digest or not _HELPER.fullmatch(helper):
        raise Unrestorable("its snapshot is damaged")
    return Dumped(helper, data)
