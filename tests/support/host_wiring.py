"""Hosts under test: `tests.support.host_wiring:NAME` wires one by the environment that a file of that name holds.

A host is a child of Ray and has its environment; what one test wants changed goes by the name of its wiring.
"""

import json
import os
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from replwright.repl.pool.ports import HostPorts
from tests.support.failpoints import Failing

HOST = "TEST_HOST"
BYSTANDER = "TEST_BYSTANDER"
_FOLDER = "hosts"


def write(home: Path, name: str, environ: Mapping[str, str]) -> None:
    """What the hosts wired by this name have in their environment besides that of Ray."""
    folder = home / _FOLDER
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.json").write_text(json.dumps(dict(environ)))


def forget(home: Path, name: str) -> None:
    """No host can be wired by this name any more: Ray gives up one that was killed."""
    (home / _FOLDER / f"{name}.json").unlink()


def work_log(home: Path, name: str) -> Path:
    """Where such a host writes a line for each task that it was given to run: "TASK_ID ATTEMPT PID"."""
    return home / _FOLDER / f"{name}.log"


def bystander(home: Path, name: str) -> Path:
    """Where such a host with TEST_BYSTANDER writes the pid of a child that lives on for a minute if nobody ends it."""
    return home / _FOLDER / f"{name}.bystander"


def once(home: Path, name: str) -> bool:
    """True for the first who asks, in any process."""
    try:
        os.close(os.open(home / _FOLDER / f"{name}.first", os.O_CREAT | os.O_EXCL | os.O_WRONLY))
    except FileExistsError:
        return False
    return True


class _Noting(Failing):
    """A ledger of a host that notes, outside the database, what it claims."""

    def __init__(self, port: Any, log: Path) -> None:
        super().__init__(port)
        self._log = log

    def claim_tasks(self, *args: Any, **named: Any) -> Any:
        tasks = super().__getattr__("claim_tasks")(*args, **named)
        with self._log.open("a") as log:
            log.writelines(f"{task.spawn.task_id} {task.attempt} {os.getpid()}\n" for task in tasks)
        return tasks


def __getattr__(name: str) -> Callable[[], HostPorts]:
    home = Path(os.environ["REPLWRIGHT_HOME"])
    file = home / _FOLDER / f"{name}.json"
    if not file.exists():
        raise AttributeError(name)

    def ports() -> HostPorts:
        os.environ.update(json.loads(file.read_text()))
        from workers import wiring

        made = wiring.host_ports()
        if os.environ.get(BYSTANDER):
            child = subprocess.Popen(["sleep", "60"], stdin=subprocess.DEVNULL, start_new_session=True)
            bystander(home, name).write_text(str(child.pid))
        ledger = cast(Any, _Noting(made.ledger, work_log(home, name)))
        return replace(made, ledger=ledger, hints=cast(Any, Failing(made.hints)))

    return ports
