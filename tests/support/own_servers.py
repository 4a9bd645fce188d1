"""Other servers than the wheels' under the rig: Debian's RabbitMQ and PostgreSQL 15, if the environment names them."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.support.postgres15 import postgres
from tests.support.rabbitmq import rabbitmq
from tests.support.servers import OwnServer

BROKER, POSTGRES = "REPLWRIGHT_RIG_BROKER", "REPLWRIGHT_RIG_POSTGRES"


@dataclass(slots=True)
class Own:
    """`settings` name the servers, `servers` can start them again, `needed` is what the stack still has to start."""

    settings: dict[str, Any] = field(default_factory=dict)
    servers: dict[str, OwnServer] = field(default_factory=dict)

    @property
    def needed(self) -> tuple[str, ...]:
        return tuple(name for name in ("schema", "valkey", "ray") if name not in self.servers)


@contextmanager
def own_servers() -> Iterator[Own]:
    """REPLWRIGHT_RIG_BROKER=rabbitmq, REPLWRIGHT_RIG_POSTGRES=/usr/lib/postgresql/15/bin: either, both or none."""
    own = Own()
    with ExitStack() as running:
        if os.environ.get(BROKER) == "rabbitmq":
            broker = running.enter_context(rabbitmq())
            own.servers["valkey"], own.settings["broker_url"] = broker, broker.url
        if binaries := os.environ.get(POSTGRES):
            database = running.enter_context(postgres(Path(binaries)))
            own.servers["postgres"], own.settings["database_url"] = database, database.url
        yield own
