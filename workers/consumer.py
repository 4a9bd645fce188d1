"""What this worker's consumer does, as Celery tells: the queues it serves, its room, and what it has received."""

from collections.abc import Sequence
from typing import Any

from celery.signals import task_received
from celery.worker import state


class Consumption:
    """Counts from now on. `worker` is Celery's, whose consumer is made soon after."""

    def __init__(self, worker: Any) -> None:
        self._worker = worker
        self.received = 0
        # Weakly held by Celery: the bound method lives as long as this.
        self._count = self._received
        task_received.connect(self._count)

    def queues(self) -> Sequence[str]:
        """Those served now: an operator may have cancelled some by remote control, and means it."""
        consumer = getattr(self._worker, "consumer", None)
        served = getattr(consumer, "task_consumer", None)
        return [queue.name for queue in served.queues] if served is not None else self.configured()

    def configured(self) -> list[str]:
        """Those it was started for."""
        return list(self._worker.app.amqp.queues.consume_from)

    def room(self) -> int:
        """How many more messages it may hold. While it is not connected, as many as it has threads or children."""
        qos = getattr(getattr(self._worker, "consumer", None), "qos", None)
        most = getattr(qos, "value", None) or self._worker.concurrency
        return int(most) - len(state.reserved_requests)

    def _received(self, **_: Any) -> None:
        self.received += 1
