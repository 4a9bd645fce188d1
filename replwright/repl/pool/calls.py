"""Calls of hosts: what goes there, what comes back, and which of our errors they raise.

Ray's own serializer looks at each of our values in Python, which costs more than to run a small job. Between a driver
and its host, who trust each other, they go as bytes of the plain one.
"""

import pickle
from typing import Any

import ray
from ray.exceptions import RayActorError, RayTaskError

from orchestration.errors import ReplwrightError, ServiceMissing


def packed(value: Any) -> bytes:
    """A value for the other side."""
    return pickle.dumps(value, pickle.HIGHEST_PROTOCOL)


def unpacked(data: bytes) -> Any:
    """What the other side packed: never anything of a REPL's."""
    return pickle.loads(data)  # noqa: S301


def get(calls: list[Any]) -> list[Any]:
    """What the calls return, unpacked. Raises ServiceMissing when a host died, and what the host itself raised."""
    try:
        return [unpacked(one) for one in ray.get(calls)]
    except RayTaskError as error:
        cause = error.cause
        raise (cause if isinstance(cause, ReplwrightError) else error) from None
    except RayActorError as error:
        line = str(error).splitlines()[0]
        raise ServiceMissing(f"a REPL host died: {line}", "try again, and look at a session first") from None
