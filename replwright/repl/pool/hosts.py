"""The hosts of a Ray cluster: one detached actor a node, found by its name, made anew when it died."""

import logging
import time
from dataclasses import dataclass
from typing import Any

import ray
from ray.exceptions import GetTimeoutError, RayActorError, RayError
from ray.util import list_named_actors
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

import replwright
from orchestration.errors import ServiceMissing
from replwright.repl.pool.host_actor import ENDED, REPLActor
from replwright.settings import Settings

NAMESPACE = "replwright"
PREFIX = "repl-host-"
START_TIMEOUT_S = 60.0
DRAIN_TIMEOUT_S = 10.0
# At a SIGTERM Ray ends an actor's children, and only then lets the actor leave: its REPLs' end would look like a crash
# of their code (measured: 4 ms and 10 ms after the signal). Without Ray they end with the actor all the same.
_ENVIRONMENT = {"RAY_kill_child_processes_on_worker_exit": "0"}
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class HostOptions:
    """How Ray keeps a host. `max_restarts` is for life, so the reconciler recreates one that used them up."""

    max_restarts: int = 3
    max_task_retries: int = 2
    num_cpus: float = 0.5
    memory_bytes: int = 500 * 1024**2
    release: str = replwright.__version__

    @classmethod
    def of(cls, settings: Settings) -> "HostOptions":
        return cls(
            settings.host_max_restarts,
            settings.host_max_task_retries,
            settings.host_num_cpus,
            settings.host_memory_bytes,
            settings.release,
        )


class Hosts:
    """The hosts' handles by name, as this driver knows them."""

    def __init__(self, options: HostOptions, wiring: str) -> None:
        self._options, self._wiring = options, wiring
        self._hosts: dict[str, Any] = {}

    def ensure(self) -> int:
        """Start a host on every live node that has none; how many serve. A dead one is made anew."""
        nodes = {node["NodeID"]: node for node in _nodes() if node["Alive"] and node["Resources"].get("CPU")}
        for name in [name for name in self._hosts if name.rsplit("-", 1)[1] not in {n[:12] for n in nodes}]:
            del self._hosts[name]
        for node_id in nodes:
            name = f"{PREFIX}{self._options.release}-{node_id[:12]}"
            if not self._answers(name):
                self._hosts.pop(name, None)
                if host := self._create(name, node_id):
                    self._hosts[name] = host
        return len(self._hosts)

    def releases(self) -> frozenset[str]:
        """The releases whose hosts are in the cluster."""
        return frozenset(map(release_of, _named()))

    def drain(self, release: str) -> int:
        """Tell the hosts of another release to finish and end, and end those that are done; how many are left."""
        return sum(not _drained(name) for name in _named() if release_of(name) == release)

    def known(self) -> dict[str, Any]:
        """The hosts by name, without a look at the cluster."""
        return dict(self._hosts)

    def serving(self) -> dict[str, Any]:
        """The hosts by name; looked for when none is known."""
        if not self._hosts:
            self.ensure()
        return dict(self._hosts)

    def needed(self) -> dict[str, Any]:
        """The hosts by name. Raises ServiceMissing when there are none."""
        hosts = self.serving()
        if not hosts:
            raise ServiceMissing("no REPL host serves", "run `replwright doctor`")
        return hosts

    def forget(self) -> None:
        self._hosts.clear()

    def _answers(self, name: str) -> bool:
        if name not in self._hosts:
            return False
        try:
            if ray.get(self._hosts[name].start.remote(), timeout=5) == ENDED:
                # Drained when our release was over, which now is back. Nobody else ends it.
                ray.kill(self._hosts[name])
                return False
        except RayActorError:
            return False
        except RayError as error:
            # Slow is not dead: Ray itself says when an actor has died.
            log.warning("host %s is slow to answer: %s", name, type(error).__name__)
        return True

    def _create(self, name: str, node_id: str) -> Any | None:
        """The host, serving; None when its name is still taken by one that has ended."""
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
            runtime_env={"env_vars": _ENVIRONMENT},
            scheduling_strategy=NodeAffinitySchedulingStrategy(node_id=node_id, soft=False),
        ).remote(name, self._wiring, options.release)
        if ray.get(host.start.remote(), timeout=START_TIMEOUT_S) == ENDED:
            ray.kill(host)
            return None
        log.info("host %s serves after %.1f s", name, time.monotonic() - started)
        return host


def release_of(name: str) -> str:
    """The release in a host's name: it may hold anything but a dash."""
    return name.removeprefix(PREFIX).rsplit("-", 1)[0]


def _named() -> list[str]:
    """The names of all hosts in the cluster, of whatever release."""
    actors: list[dict[str, str]] = list_named_actors(all_namespaces=True)
    return [one["name"] for one in actors if one["namespace"] == NAMESPACE and one["name"].startswith(PREFIX)]


def _drained(name: str) -> bool:
    """Whether the host has ended; it is told to, however often."""
    try:
        host: Any = ray.get_actor(name, NAMESPACE)
        # A host of the first releases cannot drain: it gives back what it claimed, which runs again elsewhere.
        ask = getattr(host, "drain", host.stop)
        if ray.get(ask.remote(), timeout=DRAIN_TIMEOUT_S) is False:
            return False
        ray.kill(host)
    except (RayActorError, ValueError):
        log.info("host %s is gone", name)
    except GetTimeoutError:
        # It says goodbye, or does not answer: asked again.
        return False
    else:
        log.info("host %s was drained and has ended", name)
    return True


def _nodes() -> list[dict[str, Any]]:
    return list(ray.nodes())  # type: ignore[no-untyped-call]
