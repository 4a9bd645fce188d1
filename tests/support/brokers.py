"""A broker's contents, taken away: what the tests want of it beside Celery."""

from contextlib import suppress
from functools import partial
from typing import Protocol
from urllib.parse import urlsplit

import redis
from amqp import Connection, NotFound

from workers.config import QUEUES


class Broker(Protocol):
    """What is in a broker."""

    def empty(self) -> None: ...
    def close(self) -> None: ...


class Valkey:
    """Valkey or Redis: FLUSHALL."""

    def __init__(self, url: str) -> None:
        self._client = redis.Redis.from_url(url)

    def empty(self) -> None:
        self._client.flushall()

    def close(self) -> None:
        self._client.close()


class Rabbit:
    """RabbitMQ: every message that waits in our queues is dropped; those at a worker are its own."""

    def __init__(self, url: str) -> None:
        place = urlsplit(url)
        named = {"host": place.netloc.rpartition("@")[2], "userid": place.username, "password": place.password}
        self._connect = partial(Connection, **named, virtual_host=place.path[1:] or "/")

    def empty(self) -> None:
        for queue in QUEUES:
            # A queue that was never declared closes the channel.
            with suppress(NotFound), self._connect() as connection:
                connection.channel().queue_purge(queue)

    def close(self) -> None:
        """Nothing is held."""


def broker_at(url: str) -> Broker:
    """By the scheme of the URL."""
    return Rabbit(url) if url.startswith("amqp") else Valkey(url)
