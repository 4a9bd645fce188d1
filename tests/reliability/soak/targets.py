"""The processes of one stack that faults may hit: found by their pid in its own records, and only below its warden."""

import os
import random
import re
from pathlib import Path

from replwright.local import processes, stack
from replwright.local.processes import Identity
from replwright.settings import Settings
from tests.reliability.soak.eyes import Eyes

_HOST = "SELECT pid FROM processes WHERE kind = 'host' AND ended_at IS NULL ORDER BY id DESC"


class Targets:
    """Nothing outside of this home's stack is ever returned."""

    def __init__(self, settings: Settings, eyes: Eyes) -> None:
        self._settings = settings
        self._eyes = eyes

    def service(self, name: str) -> Identity | None:
        """The service's own process, if it runs now."""
        state = stack.current(self._settings)
        each = state.services.get(name) if state else None
        found = Identity(each.pid, each.start) if each and each.pid else None
        return found if found and processes.alive(found) else None

    def ready(self, name: str) -> bool:
        """Whether the supervisor found the service ready."""
        state = stack.current(self._settings)
        return state is not None and name in state.services and state.services[name].state == "ready"

    def host(self) -> Identity | None:
        """The process of the host that lives by the ledger."""
        for row in self._eyes.once(_HOST) or ():
            for member in self._members():
                if member.pid == row.pid:
                    return member
        return None

    def ray(self) -> list[Identity]:
        """The whole head, its parent first: the control store, the node's manager, and the hosts below."""
        head = self.service("ray")
        return [head, *processes.descendants(head.pid)] if head else []

    def gcs(self) -> Identity | None:
        """Ray's control store alone."""
        return next((each for each in self.ray() if _command(each.pid).startswith("gcs_server")), None)

    def repl(self, chance: random.Random) -> Identity | None:
        """One process that runs, or waits to run, code of a REPL: those that are another user than the host."""
        host = self.host()
        below = processes.descendants(host.pid) if host else []
        found = [each for each in below if _uid(each.pid) not in (None, os.geteuid())]
        return chance.choice(found) if found else None

    def _members(self) -> list[Identity]:
        state = stack.current(self._settings)
        return processes.descendants(state.warden.pid) if state else []


def stopped(process: Identity) -> bool:
    """Whether SIGSTOP took effect."""
    try:
        fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return False
    return fields[0] in "tT"


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip()
    except OSError:
        return ""


def _uid(pid: int) -> int | None:
    # Not the owner of its folder: that is root's where a process may not be traced.
    try:
        return int(re.findall(r"^Uid:\s+\d+\s+(\d+)", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)[0])
    except (OSError, IndexError):
        return None
