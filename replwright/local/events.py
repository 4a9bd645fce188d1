"""What a starting stack tells whoever started it, through a pipe: it works on a full disk, too."""

import json
import os
from collections.abc import Callable
from contextlib import suppress

from orchestration.errors import ServiceMissing

MAX_EVENT_BYTES = 8192


class Reporter:
    """The writing end. Nobody needs to listen."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor: int | None = descriptor
        os.set_inheritable(descriptor, False)

    def line(self, text: str) -> None:
        self._send({"line": text[:1000]})

    def ready(self) -> None:
        self._send({"ready": True})
        self.close()

    def failed(self, what: str, remedy: str) -> None:
        self._send({"what": what[:1000], "remedy": remedy[:1000]})
        self.close()

    def close(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _send(self, event: dict[str, object]) -> None:
        if self._descriptor is None:
            return
        # A listener that has gone, or sleeps on a full pipe, must not hold the stack up.
        with suppress(BrokenPipeError, BlockingIOError):
            os.write(self._descriptor, json.dumps(event).encode() + b"\n")


def follow(descriptor: int, tell: Callable[[str], None]) -> bool:
    """Read until the end. True once the stack is ready, False if it ended before and did not say why.

    Raises ServiceMissing with what it said.
    """
    with os.fdopen(descriptor, "rb") as stream:
        while raw := stream.readline(MAX_EVENT_BYTES):
            try:
                event = json.loads(raw)
            except ValueError:
                continue
            if event.get("ready"):
                return True
            if "what" in event:
                raise ServiceMissing(str(event["what"]), str(event.get("remedy", "")))
            tell(str(event.get("line", "")))
    return False
