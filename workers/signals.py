"""What starts and stops with a worker or beat: sweeper, collector, this process's row, and the pool's reconciler."""

import contextlib
from typing import Any

from celery.signals import (
    beat_init,
    setup_logging,
    worker_process_shutdown,
    worker_ready,
    worker_shutdown,
)

from orchestration.errors import ServiceMissing
from workers import wiring
from workers.collector import Collector
from workers.logs import configure
from workers.process import close_current, current_process
from workers.sweeper import Sweeper


@setup_logging.connect  # type: ignore[untyped-decorator]
def _log(**_: Any) -> None:
    configure(wiring.settings().log_level)


@worker_ready.connect  # type: ignore[untyped-decorator]
def _start(sender: Any, **_: Any) -> None:
    _start_sweeper()
    # Seen by `status` and `doctor` from now on; a database that is away is met again at the first task.
    with contextlib.suppress(ServiceMissing):
        current_process()
    if _serves(sender, "dispatch"):
        wiring.start_pool()
    if mark := wiring.settings().ready_file:
        mark.touch()


@beat_init.connect  # type: ignore[untyped-decorator]
def _start_sweeper(**_: Any) -> None:
    Sweeper(wiring.ledger(), wiring.hints(), wiring.settings().sweep_interval_s).start()


@beat_init.connect  # type: ignore[untyped-decorator]
def _start_collector(**_: Any) -> None:
    Collector(wiring.ledger(), wiring.blobs()).start()


@worker_shutdown.connect  # type: ignore[untyped-decorator]
@worker_process_shutdown.connect  # type: ignore[untyped-decorator]
def _stop(**_: Any) -> None:
    close_current()


def _serves(consumer: Any, queue: str) -> bool:
    return any(each.name == queue for each in consumer.task_consumer.queues)
