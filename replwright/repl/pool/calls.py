"""What calls of hosts return, or which of our errors they raise."""

from typing import Any

import ray
from ray.exceptions import RayActorError, RayTaskError

from orchestration.errors import ReplwrightError, ServiceMissing


def get(calls: list[Any]) -> list[Any]:
    """What the calls return. Raises ServiceMissing when a host died, and what the host itself raised."""
    try:
        return list(ray.get(calls))
    except RayTaskError as error:
        cause = error.cause
        raise (cause if isinstance(cause, ReplwrightError) else error) from None
    except RayActorError as error:
        line = str(error).splitlines()[0]
        raise ServiceMissing(f"a REPL host died: {line}", "try again, and look at a session first") from None
