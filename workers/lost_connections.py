"""A worker with unacked messages must outlive its broker.

When the connection is lost, Celery closes it, and kombu's Redis channel then tries to put the messages back through
what is closed already: AttributeError, which Celery takes for a fault of its own and ends the worker. Told as the lost
connection that it is, it is ignored: the messages come again after the visibility timeout, and a sweeper hints sooner.
"""

from collections.abc import Callable
from typing import Any

from kombu.transport import redis as transport
from redis.exceptions import ConnectionError as LostConnection


def be_told_as_such() -> None:
    """Once is enough; again does no harm."""
    connparams: Callable[..., Any] = transport.Channel._connparams
    if getattr(connparams, "checks", False):
        return

    def checked(self: Any, *args: Any, **kwargs: Any) -> Any:
        if self.connection.client is None:
            raise LostConnection("this connection to the broker is closed")
        return connparams(self, *args, **kwargs)

    checked.checks = True  # type: ignore[attr-defined]
    setattr(transport.Channel, "_connparams", checked)  # noqa: B010 - a method in place of another
