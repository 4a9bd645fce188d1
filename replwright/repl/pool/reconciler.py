"""Keeps one host a node: a thread that starts what is missing, remakes what has died, and drains what is over."""

import logging
import threading
import time
from collections.abc import Callable

from orchestration.errors import ReplwrightError
from replwright.repl.pool.ports import RunningPool
from replwright.repl.pool.releases import Releases

PERIOD_S = 2.0
_NO_HOST = "no host could be started"
log = logging.getLogger(__name__)


class Reconciler(threading.Thread):
    """Several may run at once: a host's name is unique in the cluster, so two cannot make two of it.

    `release` is ours; `of_workers` asks the ledger which releases have live workers. Hosts of a release without any
    are told to drain, over and over until they are gone: the next reconciler goes on where one died.
    `succeeded_at` is when the hosts were last found to serve, by the monotonic clock; None before the first time.
    `hosts` is how many serve, as far as it knows.
    """

    def __init__(
        self, pool: Callable[[], RunningPool], release: str, of_workers: Callable[[], frozenset[str]], **times: float
    ) -> None:
        super().__init__(name="reconciler", daemon=True)
        self._pool, self._of_workers = pool, of_workers
        self._releases = Releases(release, **times)
        self._stopped = threading.Event()
        self._said: dict[str, str] = {}
        self.started_at = time.monotonic()
        self.succeeded_at: float | None = None
        self.hosts = 0

    def run(self) -> None:
        while True:
            if self._try(_NO_HOST, self._ensure):
                self.succeeded_at = time.monotonic()
            self._try("no host could be drained", self._drain)
            if self._stopped.wait(PERIOD_S):
                return

    def stop(self) -> None:
        self._stopped.set()

    @property
    def problem(self) -> str:
        """What keeps it from having hosts just now; empty when nothing does."""
        return self._said.get(_NO_HOST, "")

    def _ensure(self) -> None:
        self.hosts = self._pool().ensure_hosts()

    def _drain(self) -> None:
        """Raises what it met: then nobody knows which workers live, and nothing is over."""
        pool = self._pool()
        try:
            over = self._releases.over(pool.releases(), self._of_workers(), time.monotonic())
        except Exception:
            self._releases.forget()
            raise
        for release in sorted(over):
            left = pool.drain(release)
            log.info("hosts of release %s that still finish their work: %d", release, left)

    def _try(self, failure: str, work: Callable[[], object]) -> bool:
        """Whether it was done. What keeps it from that is said once; nothing ends this thread."""
        try:
            work()
        except Exception as error:
            named = str(error) if isinstance(error, ReplwrightError) else f"{type(error).__name__}: {error}"
            line = f"{failure}: {named}"
            if line != self._said.get(failure):
                log.warning("%s", line)
            self._said[failure] = line
            return False
        self._said.pop(failure, None)
        return True
