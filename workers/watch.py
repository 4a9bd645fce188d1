"""The thread that asks the broker what waits in this worker's queues, beside the consumer and its connection."""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

from kombu.exceptions import ChannelError

from workers.config import QUEUES
from workers.consumer import Consumption
from workers.rounds import Rounds
from workers.silence import Look, Silence

PERIOD_S = 2.0
log = logging.getLogger(__name__)


class BrokerWatch(threading.Thread):
    """`rounds` says whether the broker answers; `silence` whether this worker's consumer receives what waits there.

    Without a `consumption`, as in beat, only the former is looked at. `after_each` is called after every look.
    """

    def __init__(self, app: Any, consumption: Consumption | None = None) -> None:
        super().__init__(name="broker-watch", daemon=True)
        self._app, self._consumption = app, consumption
        self._connection: Any = None
        self._channel: Any = None
        self._stopped = threading.Event()
        self.after_each: Callable[[], None] = lambda: None
        self.rounds = Rounds()
        self.silence = Silence()
        # As it may be shown: without the password.
        self.address = str(app.connection_for_read().as_uri())

    def run(self) -> None:
        while not self._stopped.wait(PERIOD_S):
            self.look_once()
            self.after_each()

    def look_once(self) -> None:
        try:
            waiting = self._waiting(self._consumption.queues() if self._consumption else QUEUES)
        except Exception as error:
            # Whatever a transport raises, the broker did not answer.
            self._drop()
            self.silence.broken_off()
            if not self.rounds.error:
                log.warning("the broker %s cannot be reached: %s", self.address, type(error).__name__)
            self.rounds.went_wrong(error)
            return
        if self.rounds.error:
            log.info("the broker %s answers again", self.address)
        self.rounds.went_well()
        if self._consumption:
            seen = Look(time.monotonic(), waiting, self._consumption.room(), self._consumption.received)
            self.silence.look(seen)

    def stop(self) -> None:
        self._stopped.set()

    def _waiting(self, queues: Sequence[str]) -> list[tuple[str, int]]:
        found = []
        for queue in queues:
            try:
                count = self._open().queue_declare(queue, passive=True).message_count
            except ChannelError:
                # There is no such queue, so nothing waits in it.
                continue
            if count:
                found.append((queue, int(count)))
        return found

    def _open(self) -> Any:
        """A channel; RabbitMQ closes it when it was asked for a queue that is not there."""
        if self._connection is None:
            self._connection = self._app.connection_for_read(heartbeat=0)
            self._connection.ensure_connection(max_retries=1, interval_start=0, interval_step=0)
        if self._channel is None or not getattr(self._channel, "is_open", True):
            self._channel = self._connection.channel()
        return self._channel

    def _drop(self) -> None:
        connection, self._connection, self._channel = self._connection, None, None
        if connection is not None:
            try:
                connection.release()
            except Exception as error:
                log.debug("closing a broken connection: %s", error)
