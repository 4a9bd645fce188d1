"""A worker whose consumer is mute ends itself, so that whoever started it starts it again: nothing else cures it."""

import logging
import os
import threading
import time
from collections.abc import Callable

from celery.worker import state

from workers import health
from workers.current import close_current, leave_current
from workers.health import Limits, Problem
from workers.silence import Silence

EXIT_CODE = 1
log = logging.getLogger(__name__)


def end_worker(problem: Problem, limits: Limits) -> None:
    """In good order: its steps are given back now. Where the loop hangs that should see to it, without order."""
    log.error("this worker ends, to be started again: %s", problem)
    leave_current()
    # The same flag as a signal sets, but with an exit code by which supervisors know that this was no wish of theirs.
    state.should_stop = EXIT_CODE
    threading.Timer(limits.end_s, _end_at_once).start()


def _end_at_once() -> None:
    log.error("this worker did not end in good order; it ends at once")
    close_current()
    os._exit(EXIT_CODE)


class EndWhenMute:
    """Looked at after every look at the broker; ends the worker once."""

    def __init__(self, silence: Silence, limits: Limits, end: Callable[[Problem, Limits], None] = end_worker) -> None:
        self._silence, self._limits, self._end = silence, limits, end
        self._ended = False

    def __call__(self) -> None:
        problem = health.of_consumer(self._silence, self._limits, time.monotonic())
        if problem is not None and problem.fatal and not self._ended:
            self._ended = True
            self._end(problem, self._limits)
