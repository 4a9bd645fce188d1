"""What starts and stops with a worker or beat: sweeper, collector, this process's row, its health, the reconciler.

All but the work itself starts before the broker is met: without one, a worker sweeps and beats, and says so.
"""

import atexit
from functools import partial
from typing import Any

from celery.signals import (
    beat_init,
    celeryd_after_setup,
    setup_logging,
    worker_process_init,
    worker_process_shutdown,
    worker_ready,
    worker_shutdown,
    worker_shutting_down,
)

from workers import children, health, probes, wiring
from workers.collector import Collector
from workers.consumer import Consumption
from workers.current import close_current, current_process, leave_current
from workers.ending import EndWhenMute
from workers.health import Health
from workers.logs import configure
from workers.sweeper import Sweeper
from workers.watch import BrokerWatch


@setup_logging.connect  # type: ignore[untyped-decorator]
def _log(**_: Any) -> None:
    configure(wiring.settings().log_level)


@celeryd_after_setup.connect  # type: ignore[untyped-decorator]
def _start_worker(instance: Any, **_: Any) -> None:
    limits, consumption = wiring.health_limits(), Consumption(instance)
    queues = consumption.configured()
    watch = BrokerWatch(instance.app, consumption)
    watch.after_each = EndWhenMute(watch.silence, limits)
    mine = _start_health("worker", queues, watch)
    mine.add(partial(health.of_consumer, watch.silence, limits))
    if "dispatch" in queues:
        reconciler = wiring.start_pool()
        mine.add(
            lambda now: health.of_hosts(
                reconciler.problem, reconciler.hosts, reconciler.succeeded_at or reconciler.started_at, limits, now
            )
        )
    # A worker that ends takes nothing more, and is not silent for it.
    worker_shutting_down.connect(lambda **_: watch.stop(), weak=False)


@worker_ready.connect  # type: ignore[untyped-decorator]
def _ready(**_: Any) -> None:
    if mark := wiring.settings().ready_file:
        mark.touch()


@beat_init.connect  # type: ignore[untyped-decorator]
def _start_beat(sender: Any, **_: Any) -> None:
    _start_health("beat", (), BrokerWatch(sender.app))
    Collector(wiring.ledger(), wiring.blobs()).start()
    atexit.register(close_current)


@worker_process_init.connect  # type: ignore[untyped-decorator]
def _start_child(**_: Any) -> None:
    children.listen(leave_current)


@worker_shutting_down.connect  # type: ignore[untyped-decorator]
def _leave(**_: Any) -> None:
    leave_current()


@worker_shutdown.connect  # type: ignore[untyped-decorator]
@worker_process_shutdown.connect  # type: ignore[untyped-decorator]
def _stop(**_: Any) -> None:
    close_current()


def _start_health(kind: str, queues: Any, watch: BrokerWatch) -> Health:
    """The sweeper, this process's row and pulse, the look at the broker; what they say, and where it can be asked."""
    settings, limits = wiring.settings(), wiring.health_limits()
    sweeper = Sweeper(wiring.ledger(), wiring.hints(), settings.sweep_interval_s)
    mine = Health(" ".join([kind, *queues]))
    sweeper.start()
    process = current_process(kind, mine.lines, queues)
    for name, rounds, thread in (("sweeper", sweeper.rounds, sweeper), ("pulse", process.rounds, process.thread)):
        mine.add(partial(health.of_loop, name, rounds, limits, thread.is_alive))
    mine.add(lambda _: health.of_service("database", process.rounds))
    mine.add(partial(health.of_broker, watch.rounds, watch.address, limits))
    watch.start()
    if settings.health_port:
        probes.serve(settings.health_address, settings.health_port, mine)
    return mine
