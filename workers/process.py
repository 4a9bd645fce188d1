"""This process as the ledger knows it: registered, kept alive by a pulse, registered anew if it was given up."""

import contextlib
import logging
import os
import queue
import socket
import threading

import replwright
from orchestration.errors import ServiceMissing
from orchestration.ports import Ledger
from orchestration.records import StepClaim
from workers import wiring

PULSE_S = 2.0
log = logging.getLogger(__name__)


class Process:
    """A row in `processes` and the thread that renews it."""

    def __init__(self, ledger: Ledger, kind: str) -> None:
        self._ledger = ledger
        self._kind = kind
        self._stop = threading.Event()
        self._to_release: queue.SimpleQueue[StepClaim] = queue.SimpleQueue()
        self._id = self._register()
        self._thread = threading.Thread(target=self._beat, name="pulse", daemon=True)
        self._thread.start()

    @property
    def id(self) -> int:
        return self._id

    def release_when_possible(self, claim: StepClaim) -> None:
        """Give a step back with the next pulse that gets through: nobody takes it from a process that lives."""
        self._to_release.put(claim)

    def close(self) -> None:
        """Say goodbye, so that what this process still holds is returned at once."""
        self._stop.set()
        with contextlib.suppress(ServiceMissing):
            self._ledger.deregister(self._id)

    def _register(self) -> int:
        return self._ledger.register(self._kind, socket.gethostname(), os.getpid(), replwright.__version__)

    def _beat(self) -> None:
        while not self._stop.wait(PULSE_S):
            try:
                if not self._ledger.pulse(self._id).alive:
                    log.warning("process %d was given up by a sweeper; registering anew", self._id)
                    self._id = self._register()
                while not self._to_release.empty():
                    self._ledger.release_step(self._to_release.get(), graceful=True)
            except ServiceMissing as error:
                log.warning("pulse missed: %s", error)


_lock = threading.Lock()
_processes: dict[int, Process] = {}


def current_process() -> Process:
    """This operating-system process; registered at first use, as a prefork child is another one than its parent."""
    with _lock:
        if os.getpid() not in _processes:
            _processes[os.getpid()] = Process(wiring.ledger(), "worker")
        return _processes[os.getpid()]


def close_current() -> None:
    with _lock:
        process = _processes.pop(os.getpid(), None)
    if process:
        process.close()
