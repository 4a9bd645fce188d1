"""A host's work: claim REPL tasks from the table for its free slots, run them confined, land what they left."""

import asyncio
import logging
import os
import random
import socket
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import replwright
from orchestration.errors import ServiceMissing
from orchestration.ports import Engine
from orchestration.records import ClaimedTask, Landing
from orchestration.repl_job import ReplJob, ReplOutcome
from orchestration.states import ErrorKind
from orchestration.tools import REPLResult
from replwright.repl.pool.ports import HostPorts
from replwright.repl.pool.translate import job_of, result_of

POLL_S = 1.0
PULSE_S = 2.0
Returned = TypeVar("Returned")
log = logging.getLogger(__name__)


class Host:
    """One a node. At most `settings.max_running` REPLs execute at once, whoever asked for them."""

    def __init__(self, ports: HostPorts, engine: Engine, name: str) -> None:
        self._ports = ports
        self._engine = engine
        self._name = name
        self._slots = asyncio.Semaphore(ports.settings.max_running)
        self._running: dict[int, asyncio.Task[None]] = {}
        self._landings: asyncio.Queue[Landing] = asyncio.Queue()
        self._wake = asyncio.Event()
        self._loops: list[asyncio.Task[None]] = []
        self._process_id = 0
        self._executed = 0
        self._starting = False

    async def start(self) -> None:
        """Confine a REPL or refuse to start, then enter the ledger and begin to look for work. Once."""
        if self._starting:
            return
        self._starting = True
        await self._engine.start()
        self._process_id = await self._register()
        self._loops = [asyncio.create_task(loop()) for loop in (self._claim_loop, self._land_loop, self._pulse_loop)]

    def wake(self) -> None:
        """Something may be due: look now instead of in a second."""
        self._wake.set()

    async def execute(self, job: ReplJob) -> ReplOutcome:
        """Run code for a library caller, in turn with the tasks of the table."""
        async with self._slots:
            self._executed += 1
            return await self._engine.run(job)

    def stats(self) -> dict[str, int | str]:
        """Counts of now: running tasks, free slots, executed since the start."""
        return {
            "host": self._name,
            "pid": os.getpid(),
            "running": len(self._running),
            "free": self._free(),
            "executed": self._executed,
        }

    async def stop(self) -> None:
        """Give back what is unfinished and end every REPL."""
        for task in [*self._loops, *self._running.values()]:
            task.cancel()
        await asyncio.gather(*self._loops, *self._running.values(), return_exceptions=True)
        if self._process_id:
            await asyncio.to_thread(self._ports.ledger.deregister, self._process_id)
        await self._engine.stop()

    def _free(self) -> int:
        return max(0, self._ports.settings.max_running - len(self._running))

    async def _register(self) -> int:
        node = socket.gethostname()
        return await asyncio.to_thread(self._ports.ledger.register, "host", node, os.getpid(), replwright.__version__)

    async def _claim_loop(self) -> None:
        while True:
            self._wake.clear()
            claimed: Sequence[ClaimedTask] = ()
            if free := self._free():
                claimed = await _patiently(self._ports.ledger.claim_tasks, self._process_id, free)
            for task in claimed:
                self._running[task.id] = asyncio.create_task(self._run(task))
            if not claimed:
                await _wait(self._wake, POLL_S * random.uniform(0.8, 1.2))  # noqa: S311

    async def _run(self, task: ClaimedTask) -> None:
        try:
            async with self._slots:
                job = await asyncio.to_thread(job_of, task, self._ports.blobs)
                self._executed += 1
                outcome = await self._engine.run(job)
            result = await asyncio.to_thread(result_of, task, outcome, self._ports.blobs, self._name)
        except asyncio.CancelledError:
            raise
        except Exception as error:
            log.exception("task %d of %s could not be run", task.id, task.orchestration_id)
            result = REPLResult(
                task.spawn.task_id,
                is_success=False,
                stderr=f"the host could not run this task: {type(error).__name__}: {error}",
                error_kind=ErrorKind.CRASHED,
                actor_id=self._name,
            )
        finally:
            self._running.pop(task.id, None)
            self._wake.set()
        self._landings.put_nowait(Landing(task, result))

    async def _land_loop(self) -> None:
        while True:
            group = [await self._landings.get()]
            while not self._landings.empty():
                group.append(self._landings.get_nowait())
            landed = await _patiently(self._ports.ledger.land, self._process_id, group)
            if landed.refused:
                log.warning("landing refused for tasks %s: claimed by another or ended", landed.refused)
            await asyncio.to_thread(self._ports.hints.send, landed.hints)

    async def _pulse_loop(self) -> None:
        while True:
            pulse = await _patiently(self._ports.ledger.pulse, self._process_id)
            unwanted = pulse.stop if pulse.alive else tuple(self._running)
            for task_id in unwanted:
                if task := self._running.get(task_id):
                    task.cancel()
            if not pulse.alive:
                log.warning("this host was given up by a sweeper; registering anew")
                self._process_id = await self._register()
            await asyncio.sleep(PULSE_S)


async def _patiently(call: Callable[..., Returned], *args: Any) -> Returned:
    """Call the ledger off the loop until it answers: an outage only delays."""
    pause = 0.2
    while True:
        try:
            return await asyncio.to_thread(call, *args)
        except ServiceMissing as error:
            log.warning("the ledger does not answer: %s", error.what)
        except Exception:
            log.exception("the ledger failed")
        await asyncio.sleep(pause)
        pause = min(pause * 2, 2.0)


async def _wait(event: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(event.wait(), seconds)
    except TimeoutError:
        return
