"""RayREPLPool: the driver's side of the Ray pool, one host actor a node."""

import logging
import socket
import threading
import uuid
import zlib
from collections.abc import Sequence
from typing import Any, cast

import ray
from ray.exceptions import RayError

from orchestration.errors import BadInput, ServiceMissing
from orchestration.limits import MAX_SESSION_ID_CHARS, MAX_TASK_TIMEOUT_S, TaskLimits
from orchestration.repl_job import ReplJob, ReplOutcome
from orchestration.tools import SESSION_REPL
from replwright.repl.pool.calls import get, packed
from replwright.repl.pool.hosts import NAMESPACE, HostOptions, Hosts
from replwright.repl.pool.live_repl import LiveREPL
from replwright.repl.pool.ports import HOST_WIRING
from replwright.settings import Settings

CONNECT_TIMEOUT_S = 5.0
_JOBS_A_CALL = 32
_joining = threading.Lock()
log = logging.getLogger(__name__)


class RayREPLPool:
    """The pool as `dispatch` and library callers see it."""

    def __init__(self, options: HostOptions | None = None, wiring: str = HOST_WIRING, address: str = "") -> None:
        self._hosts = Hosts(options or HostOptions(), wiring)
        self._address = address
        self._next = 0

    @classmethod
    def connect(cls, settings: Settings, wiring: str = HOST_WIRING) -> "RayREPLPool":
        """Join the cluster at `settings.ray_address`. Raises ServiceMissing with the remedy."""
        _join(settings.ray_address)
        return cls(HostOptions.of(settings), wiring, settings.ray_address)

    def ensure_hosts(self) -> int:
        """Start a host on every live node that has none; how many serve. A dead one is made anew.

        A head that has gone is left, and joined again once one is back: Ray would end this process a minute later.
        """
        if self._address:
            try:
                _must_listen(self._address)
            except ServiceMissing:
                self._hosts.forget()
                with _joining:
                    ray.shutdown()
                raise
            _join(self._address)
        return self._hosts.ensure()

    def releases(self) -> frozenset[str]:
        """The releases whose hosts are in the cluster, ours or not."""
        return self._hosts.releases()

    def drain(self, release: str) -> int:
        """Tell the hosts of another release to claim nothing more and end; how many still finish what they took."""
        return self._hosts.drain(release)

    def wake(self) -> None:
        """Tell the hosts to look at the table now. They would within a second by themselves. Raises ServiceMissing."""
        hosts = self._hosts.known()
        if not hosts or not ray.is_initialized():
            raise ServiceMissing("no REPL host serves just now", "wait for Ray, or run `replwright doctor`")
        try:
            for host in hosts.values():
                host.wake.remote()
        except (RayError, RuntimeError) as error:
            raise ServiceMissing(f"Ray went away: {error}", "wait until it is back") from None

    def execute(self, code: str, session_id: str | None = None, timeout: float = 30) -> ReplOutcome:
        """Run code on some host and wait for what it left. `timeout` is seconds of running.

        With `session_id` it runs in that session's REPL, whose variables persist, wherever its last call ran; else
        in a fresh one. Raises BadInput, ServiceMissing; in a session the latter may come after the code ran.
        """
        if session_id is None:
            return self.execute_batch([code], timeout)[0]
        _check(session_id, [timeout])
        return self.run_in_session(ReplJob(code, limits=TaskLimits(timeout_s=timeout)), session_id)

    def execute_batch(self, codes: Sequence[str], timeout: float | Sequence[float] = 30) -> list[ReplOutcome]:
        """Run each code in a fresh REPL; outcomes in order. `timeout` is for each, or one per code."""
        timeouts = [timeout] * len(codes) if isinstance(timeout, int | float) else list(timeout)
        if len(timeouts) != len(codes):
            raise BadInput("timeout", f"{len(timeouts)} for {len(codes)} codes", "give one number, or one per code")
        _check(None, timeouts)
        group = uuid.uuid4().hex
        return self.run_jobs(
            [
                ReplJob(code, limits=TaskLimits(timeout_s=seconds), group=group, group_size=len(codes))
                for code, seconds in zip(codes, timeouts, strict=True)
            ]
        )

    def run_jobs(self, jobs: Sequence[ReplJob]) -> list[ReplOutcome]:
        """Run prepared jobs over all hosts in turn; outcomes in order."""
        hosts = list(self._hosts.needed().values())
        calls = []
        # Not a call a job: a call costs what a small job costs.
        for start in range(0, len(jobs), _JOBS_A_CALL):
            calls.append(hosts[self._next % len(hosts)].execute.remote(packed(jobs[start : start + _JOBS_A_CALL])))
            self._next += 1
        return [outcome for outcomes in get(calls) for outcome in outcomes]

    def run_in_session(self, job: ReplJob, session_id: str, repl: str = SESSION_REPL) -> ReplOutcome:
        """Run a prepared job in a session's named REPL."""
        host = self._host_of(session_id)
        call = host.execute_in_session.remote(packed(job), session_id, repl)
        return cast(ReplOutcome, get([call])[0])

    def open(self, key: str | None = None) -> LiveREPL:
        """A REPL that is live on one host until it is closed; nothing of it is committed, unlike a session's."""
        key = key or f"live-{uuid.uuid4().hex}"
        return LiveREPL(self._host_of(key), key)

    def stats(self) -> list[dict[str, Any]]:
        """One entry a host: running, free, executed, pid."""
        return list(ray.get([host.stats.remote() for host in self._hosts.serving().values()], timeout=10))

    def shutdown(self) -> None:
        """End the hosts: what they had claimed goes back to the table. The cluster itself stays."""
        for host in self._hosts.serving().values():
            try:
                ray.get(host.stop.remote(), timeout=10)
            except RayError as error:
                log.warning("a host did not stop by itself: %s", type(error).__name__)
            ray.kill(host)
        self._hosts.forget()

    def _host_of(self, session_id: str) -> Any:
        """The same host for the same session, as long as the hosts are the same: its REPL is live there."""
        hosts = self._hosts.needed()
        names = sorted(hosts)
        return hosts[names[zlib.crc32(session_id.encode()) % len(names)]]


def _check(session_id: str | None, timeouts: Sequence[float]) -> None:
    """Raises BadInput."""
    if any(not 0 < seconds <= MAX_TASK_TIMEOUT_S for seconds in timeouts):
        raise BadInput("timeout", f"outside 0 to {MAX_TASK_TIMEOUT_S} seconds", "give a shorter one")
    if session_id is not None and not (0 < len(session_id) <= MAX_SESSION_ID_CHARS and session_id.isprintable()):
        raise BadInput("session_id", f"not 1 to {MAX_SESSION_ID_CHARS} printable characters", "give a shorter id")


def _join(address: str) -> None:
    """Become a driver of this cluster, unless this process is one. Raises ServiceMissing."""
    _must_listen(address)
    try:
        # The reconciler and the first messages come at the same time: two at once in ray.init hang for good.
        with _joining:
            if not ray.is_initialized():
                ray.init(
                    address=address,
                    namespace=NAMESPACE,
                    log_to_driver=False,
                    logging_level=logging.WARNING,
                    configure_logging=False,
                )
    except (RayError, ConnectionError, RuntimeError, ValueError) as error:
        raise ServiceMissing(
            f"Ray at {address or 'an unset address'} cannot be reached: {str(error).splitlines()[0]}",
            "check REPLWRIGHT_RAY_ADDRESS and RAY_AUTH_TOKEN, or run `replwright up`",
        ) from None


def _must_listen(address: str) -> None:
    """ray.init waits for good where nothing listens, so that is found out before."""
    host, _, port = address.rpartition(":")
    try:
        socket.create_connection((host, int(port)), timeout=CONNECT_TIMEOUT_S).close()
    except (OSError, ValueError) as error:
        raise ServiceMissing(
            f"Ray at {address or 'an unset address'} cannot be reached: {error}",
            "check REPLWRIGHT_RAY_ADDRESS, or run `replwright up`",
        ) from None
