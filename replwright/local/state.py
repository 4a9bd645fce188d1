"""What a stack tells about itself in `run/stack.json` (mode 0600, replaced as a whole)."""

import hashlib
import json
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from replwright.local.endpoints import Endpoints
from replwright.local.files import read_json, write_private
from replwright.local.processes import Identity, alive
from replwright.settings import Settings

FORMAT = 1
KEPT_LINES = 200


class Phase(StrEnum):
    STARTING = "starting"
    READY = "ready"
    STOPPING = "stopping"
    FAILED = "failed"


@dataclass(slots=True)
class ServiceState:
    """`state` is waiting, starting, ready, backing off, stopping, stopped or done; `ready_s` what its start took."""

    title: str
    state: str = "waiting"
    pid: int = 0
    start: int = 0
    restarts: int = 0
    ready_s: float = 0.0
    late: bool = False


@dataclass(slots=True)
class StackState:
    """One stack. `lines` is its progress so far, oldest first; `configured` the settings it was started with."""

    phase: Phase
    warden: Identity
    supervisor: Identity
    endpoints: Endpoints
    configured: str
    services: dict[str, ServiceState] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)
    dropped_lines: int = 0
    error: tuple[str, str] | None = None
    idle_s: float | None = None

    def tell(self, line: str) -> None:
        self.lines.append(line)
        if len(self.lines) > KEPT_LINES:
            self.dropped_lines += 1
            del self.lines[0]

    @property
    def lives(self) -> bool:
        return alive(self.supervisor)


def write(path: Path, state: StackState) -> None:
    write_private(path, json.dumps({"format": FORMAT, **asdict(state)}))


def read(path: Path) -> StackState | None:
    """The state in the file; None when there is none, or none that this release understands."""
    value = read_json(path)
    if value is None or value.pop("format", None) != FORMAT:
        return None
    try:
        return _build(value)
    except (KeyError, TypeError, ValueError):
        return None


def _build(value: dict[str, Any]) -> StackState | None:
    endpoints = Endpoints.from_dict(value.pop("endpoints"))
    error = value.pop("error")
    if endpoints is None:
        return None
    return StackState(
        phase=Phase(value.pop("phase")),
        warden=Identity(**value.pop("warden")),
        supervisor=Identity(**value.pop("supervisor")),
        endpoints=endpoints,
        services={name: ServiceState(**each) for name, each in value.pop("services").items()},
        error=(str(error[0]), str(error[1])) if error else None,
        **value,
    )


def fingerprint(settings: Settings) -> str:
    """Which servers the settings name. Two commands with different ones must not share a stack."""
    given = Endpoints.of(settings)
    named = (given.database_url, given.broker_url, given.ray_address, given.store)
    return hashlib.sha256("\0".join(named).encode()).hexdigest()
