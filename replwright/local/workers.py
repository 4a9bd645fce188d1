"""The Celery processes: which queues each serves. Only the one that serves `dispatch` drives Ray."""

import sys
from dataclasses import dataclass

from replwright.local.endpoints import Endpoints
from replwright.local.paths import Layout
from replwright.local.ports import LOOPBACK, listening
from replwright.local.service import Service, our_environment
from replwright.settings import Settings


@dataclass(frozen=True, slots=True)
class Worker:
    name: str
    queues: tuple[str, ...]
    drives_ray: bool = False


WORKERS = (Worker("plan", ("plan", "resume")), Worker("dispatch", ("dispatch",), drives_ray=True))


def services(layout: Layout, settings: Settings, endpoints: Endpoints, present: frozenset[str]) -> tuple[Service, ...]:
    """The workers and beat. `present` are the services of this stack, as far as they are not somebody else's."""
    # One machine's processes cannot share a port for probes; `replwright status` tells of them all.
    environment = our_environment(endpoints.environ()) | {"REPLWRIGHT_HEALTH_PORT": "0"}
    needs = tuple(name for name in ("postgres", "schema", "valkey") if name in present)
    found = [_worker(layout, settings, environment, worker, needs, present) for worker in WORKERS]
    beat = Service(
        name="beat",
        title="beat",
        command=_celery("beat", "-s", str(layout.run / "beat-schedule"), "--pidfile="),
        environment=environment,
        needs=needs,
        late=True,
    )
    return (*found, beat)


def flower(settings: Settings, endpoints: Endpoints, present: frozenset[str]) -> Service:
    return Service(
        name="flower",
        title=f"Flower on http://{LOOPBACK}:{settings.flower_port}",
        command=_celery("flower", f"--address={LOOPBACK}", f"--port={settings.flower_port}"),
        environment=our_environment(endpoints.environ()),
        needs=tuple(name for name in ("valkey",) if name in present),
        ready=lambda: listening(LOOPBACK, settings.flower_port),
        late=True,
    )


def _worker(
    layout: Layout,
    settings: Settings,
    environment: dict[str, str],
    worker: Worker,
    needs: tuple[str, ...],
    present: frozenset[str],
) -> Service:
    on_ray = ("ray",) if worker.drives_ray and "ray" in present else ()
    mark = layout.run / f"{worker.name}.ready"
    return Service(
        name=worker.name,
        title=f"the {worker.name} worker",
        command=_celery(
            "worker", "-Q", ",".join(worker.queues), "-n", f"{worker.name}@%h",
            "-P", settings.worker_pool, "-c", str(settings.worker_concurrency),
            "--without-mingle", "--without-gossip", "-E",
        ),
        environment=environment | {"REPLWRIGHT_READY_FILE": str(mark)},
        before=lambda: mark.unlink(missing_ok=True),
        ready=mark.exists,
        needs=(*needs, *on_ray),
        family=settings.worker_pool == "prefork",
        # A driver does not outlive its head.
        restart_with=on_ray,
    )  # fmt: skip


def _celery(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "celery", "-A", "workers.app", *arguments]
