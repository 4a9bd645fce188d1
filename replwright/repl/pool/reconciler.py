"""Keeps one host a node: a thread that starts what is missing and remakes what has died."""

import logging
import threading
from collections.abc import Callable

from ray.exceptions import RayError

from orchestration.errors import ReplwrightError
from replwright.repl.pool.ports import RunningPool

PERIOD_S = 2.0
log = logging.getLogger(__name__)


class Reconciler(threading.Thread):
    """Several may run at once: a host's name is unique in the cluster, so two cannot make two of it."""

    def __init__(self, pool: Callable[[], RunningPool]) -> None:
        super().__init__(name="reconciler", daemon=True)
        self._pool = pool
        self._stopped = threading.Event()

    def run(self) -> None:
        said = ""
        while True:
            try:
                self._pool().ensure_hosts()
                said = ""
            except (ReplwrightError, RayError, OSError) as error:
                line = f"no host could be started: {type(error).__name__}: {error}"
                if line != said:
                    log.warning("%s", line)
                said = line
            if self._stopped.wait(PERIOD_S):
                return

    def stop(self) -> None:
        self._stopped.set()
