"""`celery -A tests.support.silenced_app`: the product's app, whose consumer can be silenced, and which soon minds.

The file at $SILENCE says how: "cancel" leaves it connected, consuming nothing; "hang" has its loop stand still.
It is taken away once that has happened, so that the next process consumes as it should.
"""

import os
import threading
import time
from pathlib import Path
from typing import Any

from celery.signals import worker_ready

from workers import wiring
from workers.app import app
from workers.health import Limits

SILENCE = "SILENCE"
LIMITS = Limits(silent_s=1.0, mute_s=8.0, end_s=5.0)

setattr(wiring, "health_limits", lambda: LIMITS)  # noqa: B010 - a cached function in place of another


@worker_ready.connect  # type: ignore[untyped-decorator]
def _silence_when_told(sender: Any, **_: Any) -> None:
    threading.Thread(target=_wait, args=(sender, Path(os.environ[SILENCE])), daemon=True).start()


def _wait(consumer: Any, mark: Path) -> None:
    while not mark.exists():
        time.sleep(0.05)
    how = mark.read_text()

    def silence() -> None:
        if how == "cancel":
            consumer.task_consumer.cancel()
        mark.unlink()
        if how == "hang":
            time.sleep(3600)

    consumer.hub.call_soon(silence)


__all__ = ["app"]
