"""What the self-test's attacks are after: a file of ours that any user may read, a port that listens, our process."""

import contextlib
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any


@contextlib.contextmanager
def canaries(folder: Path) -> Iterator[dict[str, Any]]:
    """The `self_test` of a fork request. `folder` is ours, and other users may pass it."""
    canary = folder / f"canary-{os.urandom(8).hex()}"
    canary.write_text("whoever reads this broke out")
    canary.chmod(0o644)
    try:
        with socket.create_server(("127.0.0.1", 0)) as listening:
            yield {"canary": str(canary), "port": listening.getsockname()[1], "host": os.getpid()}
    finally:
        canary.unlink()
