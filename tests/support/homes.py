"""Homes of stacks under test: temporary, their own, and empty of processes afterwards."""

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from replwright.local import processes, stack
from replwright.settings import Settings
from tests.support.leftovers import carrying


@contextmanager
def home() -> Iterator[Settings]:
    """Settings with a home of their own; a stack that still runs there is stopped."""
    with tempfile.TemporaryDirectory(prefix="rw-home-") as folder:
        settings = Settings(home=Path(folder))
        try:
            yield settings
        finally:
            stack.stop(settings)


def family(settings: Settings) -> list[processes.Identity]:
    """Every process of the running stack, the warden first."""
    state = stack.current(settings)
    assert state is not None
    return [state.warden, *processes.descendants(state.warden.pid)]


def left_behind(members: list[processes.Identity], settings: Settings, within_s: float = 15.0) -> list[object]:
    """What of them, or of anything that carries the home in its environment, is still there after a while."""
    deadline = time.monotonic() + within_s
    alive = processes.wait_gone(members, within_s)
    while (marked := carrying(str(settings.home))) and time.monotonic() < deadline:
        time.sleep(0.05)
    return [*alive, *marked.items()]
