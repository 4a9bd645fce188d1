"""The hosts of a Ray cluster: one detached actor a node, found by its name, made anew when it died."""

import logging
import time
from dataclasses import dataclass
from typing import Any

import ray
from ray.exceptions import RayActorError, RayError
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

import replwright
from orchestration.errors import ServiceMissing
from replwright.repl.pool.host_actor import REPLActor
from replwright.settings import Settings

NAMESPACE = "replwright"
START_TIMEOUT_S = 60.0
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class HostOptions:
    """How Ray keeps a host. `max_restarts` is for life, so the reconciler recreates one that used them up."""

    max_restarts: int = 3
    max_task_retries: int = 2
    num_cpus: float = 0.5
    memory_bytes: int = 500 * 1024**2

    @classmethod
    def of(cls, settings: Settings) -> "HostOptions":
        return cls(
            settings.host_max_restarts,
            settings.host_max_task_retries,
            settings.host_num_cpus,
            settings.host_memory_bytes,
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
            name = f"repl-host-{replwright.__version__}-{node_id[:12]}"
            if not self._answers(name):
                self._hosts.pop(name, None)
                self._hosts[name] = self._create(name, node_id)
        return len(self._hosts)

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


def _nodes() -> list[dict[str, Any]]:
    return list(ray.nodes())  # type: ignore[no-untyped-call]
