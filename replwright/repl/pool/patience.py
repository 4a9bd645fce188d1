"""Calls of the ledger from a host's loop: in a thread, and again until it answers. An outage only delays."""

import asyncio
import logging
from collections.abc import Callable
from typing import Any, TypeVar

from orchestration.errors import ServiceMissing

Returned = TypeVar("Returned")
log = logging.getLogger(__name__)


async def patiently(call: Callable[..., Returned], *args: Any) -> Returned:
    """Call the ledger off the loop until it answers."""
    pause = 0.2
    while True:
        try:
            return await asyncio.to_thread(call, *args)
        except ServiceMissing as error:
            log.warning("the ledger does not answer: %s", error.what)
        except Exception:
            log.exception("the ledger failed")
        await asyncio.sleep(pause)
        pause = min(pause * 2, 2.0)


async def wait_for(event: asyncio.Event, seconds: float) -> None:
    """Until the event is set, or so many seconds have passed."""
    try:
        await asyncio.wait_for(event.wait(), seconds)
    except TimeoutError:
        return
