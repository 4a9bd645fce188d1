"""RayREPLPool: the driver's side of the Ray pool, one host actor a node."""

import logging
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import ray
from ray.exceptions import RayActorError, RayError
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

import replwright
from orchestration.errors import BadInput, ServiceMissing
from orchestration.limits import MAX_TASK_TIMEOUT_S, TaskLimits
from orchestration.repl_job import ReplJob, ReplOutcome
from replwright.repl.pool.host_actor import REPLActor
from replwright.repl.pool.ports import HOST_WIRING
from replwright.settings import Settings

NAMESPACE = "replwright"
START_TIMEOUT_S = 60.0
CONNECT_TIMEOUT_S = 5.0
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class HostOptions:
    """How Ray keeps a host. `max_restarts` is for life, so the reconciler recreates one that used them up."""

    max_restarts: int = 3
    max_task_retries: int = 2
    num_cpus: float = 0.5
    memory_bytes: int = 500 * 1024**2


class RayREPLPool:
    """The pool as `dispatch` and library callers see it."""

    def __init__(self, options: HostOptions | None = None, wiring: str = HOST_WIRING) -> None:
        self._options = options or HostOptions()
        self._wiring = wiring
        self._hosts: dict[str, Any] = {}
        self._next = 0

    @classmethod
    def connect(cls, settings: Settings) -> "RayREPLPool":
        """Join the cluster at `settings.ray_address`. Raises ServiceMissing with the remedy."""
        _must_listen(settings.ray_address)
        try:
            if not ray.is_initialized():
                ray.init(
                    address=settings.ray_address,
                    namespace=NAMESPACE,
                    log_to_driver=False,
                    logging_level=logging.WARNING,
                    configure_logging=False,
                )
        except (RayError, ConnectionError, RuntimeError, ValueError) as error:
            raise ServiceMissing(
                f"Ray at {settings.ray_address or 'an unset address'} cannot be reached: {str(error).splitlines()[0]}",
                "check REPLWRIGHT_RAY_ADDRESS and RAY_AUTH_TOKEN, or run `replwright up`",
            ) from None
        return cls()

    def ensure_hosts(self) -> int:
        """Start a host on every live node that has none; how many serve. A dead one is made anew."""
        nodes = {node["NodeID"]: node for node in _nodes() if node["Alive"] and node["Resources"].get("CPU")}
        for name in [name for name in self._hosts if name.rsplit("-", 1)[1] not in {n[:12] for n in nodes}]:
            del self._hosts[name]
        for node_id in nodes:
            name = f"repl-host-{replwright.__version__}-{node_id[:12]}"
            if not self._answers(name):
                self._hosts.pop(name, None)
                self._hosts[name] = self._create(name, node_id)
        return len(self._hosts)

    def wake(self) -> None:
        """Tell the hosts to look at the table now. They would within a second by themselves."""
        for host in self._serving().values():
            host.wake.remote()

    def execute(self, code: str, session_id: str | None = None, timeout: float = 30) -> ReplOutcome:
        """Run code in a fresh REPL on some host and wait for what it left. `timeout` is seconds of running."""
        return self.execute_batch([code], timeout, session_id)[0]

    def execute_batch(
        self, codes: Sequence[str], timeout: float | Sequence[float] = 30, session_id: str | None = None
    ) -> list[ReplOutcome]:
        """Run each code in a fresh REPL; outcomes in order. `timeout` is for each, or one per code."""
        if session_id is not None:
            raise BadInput("session_id", "this pool offers fresh REPLs only", "leave session_id out")
        timeouts = [timeout] * len(codes) if isinstance(timeout, int | float) else list(timeout)
        if len(timeouts) != len(codes):
            raise BadInput("timeout", f"{len(timeouts)} for {len(codes)} codes", "give one number, or one per code")
        if any(not 0 < seconds <= MAX_TASK_TIMEOUT_S for seconds in timeouts):
            raise BadInput("timeout", f"outside 0 to {MAX_TASK_TIMEOUT_S} seconds", "give a shorter one")
        return self.run_jobs(
            [ReplJob(code, limits=TaskLimits(timeout_s=s)) for code, s in zip(codes, timeouts, strict=True)]
        )

    def run_jobs(self, jobs: Sequence[ReplJob]) -> list[ReplOutcome]:
        """Run prepared jobs over all hosts in turn; outcomes in order."""
        hosts = list(self._serving().values())
        if not hosts:
            raise ServiceMissing("no REPL host serves", "run `replwright doctor`")
        refs = []
        for job in jobs:
            refs.append(hosts[self._next % len(hosts)].execute.remote(job))
            self._next += 1
        try:
            return list(ray.get(refs))
        except RayActorError as error:
            raise ServiceMissing(f"a REPL host died: {error}", "try again") from None

    def stats(self) -> list[dict[str, Any]]:
        """One entry a host: running, free, executed, pid."""
        return list(ray.get([host.stats.remote() for host in self._serving().values()], timeout=10))

    def shutdown(self) -> None:
        """End the hosts: what they had claimed goes back to the table. The cluster itself stays."""
        for host in self._serving().values():
            try:
                ray.get(host.stop.remote(), timeout=10)
            except RayError as error:
                log.warning("a host did not stop by itself: %s", type(error).__name__)
            ray.kill(host)
        self._hosts.clear()

    def _serving(self) -> dict[str, Any]:
        if not self._hosts:
            self.ensure_hosts()
        return dict(self._hosts)

    def _answers(self, name: str) -> bool:
        if name not in self._hosts:
            return False
        try:
            ray.get(self._hosts[name].start.remote(), timeout=5)
        except RayActorError:
            return False
        except RayError as error:
            # Slow is not dead: Ray itself says when an actor has died.
            log.warning("host %s is slow to answer: %s", name, type(error).__name__)
        return True

    def _create(self, name: str, node_id: str) -> Any:
        options = self._options
        started = time.monotonic()
        actor: Any = ray.remote(REPLActor)
        host = actor.options(
            name=name,
            namespace=NAMESPACE,
            lifetime="detached",
            get_if_exists=True,
            max_restarts=options.max_restarts,
            max_task_retries=options.max_task_retries,
            num_cpus=options.num_cpus,
            memory=options.memory_bytes,
            max_concurrency=1000,
            scheduling_strategy=NodeAffinitySchedulingStrategy(node_id=node_id, soft=False),
        ).remote(name, self._wiring)
        ray.get(host.start.remote(), timeout=START_TIMEOUT_S)
        log.info("host %s serves after %.1f s", name, time.monotonic() - started)
        return host


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


def _nodes() -> list[dict[str, Any]]:
    return list(ray.nodes())  # type: ignore[no-untyped-call]
