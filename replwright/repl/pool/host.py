"""A host's work: claim REPL tasks from the table for its free slots, run them confined, land what they left."""

import asyncio
import atexit
import logging
import os
import random
import socket
import time
from collections.abc import Sequence
from contextlib import suppress

from orchestration.errors import ReplwrightError, ServiceMissing
from orchestration.ports import Engine
from orchestration.records import ClaimedTask, Landing
from orchestration.repl_job import ReplJob, ReplOutcome
from orchestration.states import ErrorKind
from orchestration.tools import REPLResult
from replwright import machine
from replwright.repl.host.admission import Admission
from replwright.repl.pool.drain import Drain
from replwright.repl.pool.groups import Groups
from replwright.repl.pool.library import Library
from replwright.repl.pool.live_host import LiveREPLs
from replwright.repl.pool.patience import patiently, wait_for
from replwright.repl.pool.ports import HostPorts
from replwright.repl.pool.translate import job_of, result_of, saved_state

POLL_S = 1.0
PULSE_S = 2.0
_LAST_WORDS_S = 2.0
log = logging.getLogger(__name__)


class Host:
    """One a node. At most `settings.max_running` REPLs execute at once, whoever asked for them.

    `release` is that of the worker which started it, and is in its name.
    """

    def __init__(self, ports: HostPorts, engine: Engine, admission: Admission, name: str, release: str) -> None:
        self._ports, self._engine, self._admission, self._name = ports, engine, admission, name
        self._release = release
        self._drain = Drain()
        self._groups = Groups()
        self._library = Library(ports, engine, admission, self._groups, name, lambda: self._process_id)
        self._live = LiveREPLs(engine, self._library)
        self._running: dict[int, asyncio.Task[None]] = {}
        # Claimed, but not let in by the admission yet.
        self._unadmitted: set[int] = set()
        self._landings: asyncio.Queue[Landing] = asyncio.Queue()
        self._wake = asyncio.Event()
        self._loops: list[asyncio.Task[None]] = []
        self._process_id = 0
        self._executed = 0
        self._ending: asyncio.Task[None] | None = None
        self._started: asyncio.Future[None] | None = None

    @property
    def has_ended(self) -> bool:
        """It was drained: only a new actor serves again."""
        return self._ending is not None

    @property
    def _is_idle(self) -> bool:
        is_starting = self._started is not None and not self._started.done()
        return not is_starting and not self._running and self._landings.empty()

    async def start(self) -> None:
        """Confine a REPL or refuse to start, then enter the ledger and begin to look for work.

        Once: whoever asks meanwhile waits for the same. Raises SandboxUnavailable, then it may be asked again; and
        ServiceMissing once it has ended.
        """
        if self.has_ended:
            raise ServiceMissing(f"REPL host {self._name} was drained and has ended", "run this release's workers")
        if self._started is None or (self._started.done() and self._started.exception() is not None):
            self._started = asyncio.ensure_future(self._start())
        await asyncio.shield(self._started)

    async def _start(self) -> None:
        await self._engine.start()
        self._process_id = await self._register()
        atexit.register(self._give_back)
        loops = (self._claim_loop, self._land_loop, self._pulse_loop, self._library.log_forever)
        self._loops = [asyncio.create_task(loop()) for loop in loops]

    def wake(self) -> None:
        """Something may be due: look now instead of in a second."""
        self._wake.set()

    def serve(self) -> None:
        """Take work again, if this host was told to drain and has not ended: its release is back."""
        if self._drain.is_asked and not self.has_ended:
            log.warning("host %s serves again: release %s is back", self._name, self._release)
            self._drain.take_back()
            self.wake()

    async def drain(self) -> bool:
        """Claim nothing more; whether all that was taken on is finished. Then this host has left the ledger.

        Asked again until it is: whoever asks may die. A library call that comes meanwhile is still served.
        """
        if not self._drain.is_asked:
            log.warning("host %s drains: no worker of release %s is left", self._name, self._release)
            self._drain.ask()
        if self._drain.is_done and self._is_idle and self._ending is None:
            self._ending = asyncio.create_task(self.stop())
        if self._ending is None:
            return False
        await asyncio.shield(self._ending)
        return True

    async def execute(self, jobs: Sequence[ReplJob]) -> list[ReplOutcome]:
        """Run code for a library caller in fresh REPLs; outcomes in order.

        A call that Ray tries again comes to an actor that nobody has started yet; so for the others.
        """
        with self._drain.in_hand():
            await self.start()
            self._executed += len(jobs)
            return await self._library.run_all(jobs)

    async def execute_in_session(self, job: ReplJob, session_id: str, repl: str) -> ReplOutcome:
        """Run code for a library caller in a session's named REPL. Raises ServiceMissing when another keeps it busy."""
        with self._drain.in_hand():
            await self.start()
            self._executed += 1
            return await self._library.run_in_session(job, session_id, repl)

    async def execute_live(self, job: ReplJob, key: str) -> ReplOutcome:
        """Run code for a library caller in a REPL that is live here alone."""
        with self._drain.in_hand():
            await self.start()
            self._executed += 1
            return await self._live.run(job, key)

    async def close_live(self, key: str) -> None:
        """End that REPL."""
        await self._live.close(key)

    def stats(self) -> dict[str, int | str]:
        """Counts of now: running tasks, free slots, executed since the start; and the engine's own.

        `state` is "serving" or "draining": then it claims nothing, and ends when nothing runs any more.
        """
        return {
            "host": self._name,
            "release": self._release,
            "state": "draining" if self._drain.is_asked else "serving",
            "pid": os.getpid(),
            "running": len(self._running),
            "free": self._free(),
            "executed": self._executed,
            **self._engine.stats(),
        }

    async def stop(self) -> None:
        """Give back what is unfinished and end every REPL."""
        for task in [*self._loops, *self._running.values()]:
            task.cancel()
        await asyncio.gather(*self._loops, *self._running.values(), return_exceptions=True)
        if self._process_id:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._library.write_log(), _LAST_WORDS_S)
            await asyncio.to_thread(self._ports.ledger.deregister, self._process_id)
        atexit.unregister(self._give_back)
        await self._engine.stop()

    def _give_back(self) -> None:
        """This process ends, and its loop has ended already: Ray had a SIGTERM for it. Its REPLs end with it.

        A host that `ray.kill` or the kernel ends has no time for this: its neighbours see that it is gone.
        """
        with suppress(ReplwrightError):
            self._ports.ledger.deregister(self._process_id)

    def _free(self) -> int:
        return max(0, self._admission.free - len(self._unadmitted))

    async def _register(self) -> int:
        node = socket.gethostname()
        known = (node, os.getpid(), self._release, *machine.this_process())
        return await asyncio.to_thread(self._ports.ledger.register, "host", *known)

    async def _claim_loop(self) -> None:
        while True:
            self._wake.clear()
            claimed: Sequence[ClaimedTask] = ()
            if (free := self._free()) and not self._drain.is_asked:
                with self._drain.in_hand():
                    claimed = await patiently(self._ports.ledger.claim_tasks, self._process_id, free)
                    for task in claimed:
                        self._unadmitted.add(task.id)
                        self._running[task.id] = asyncio.create_task(self._run(task))
            if not claimed:
                await wait_for(self._wake, POLL_S * random.uniform(0.8, 1.2))  # noqa: S311

    async def _run(self, task: ClaimedTask) -> None:
        try:
            landing = await self._landing(task)
        except asyncio.CancelledError:
            raise
        except Exception as error:
            log.exception("task %d of %s could not be run", task.id, task.orchestration_id)
            line = f"the host could not run this task: {type(error).__name__}: {error}"
            landing = Landing(task, self._failed(task, ErrorKind.CRASHED, line))
        finally:
            self._running.pop(task.id, None)
            self._unadmitted.discard(task.id)
            self._wake.set()
        self._landings.put_nowait(landing)

    async def _landing(self, task: ClaimedTask) -> Landing:
        """Run a task. Raises whatever keeps the host from it."""
        if task.named and task.named.lost:
            line = f"the state of REPL {task.spawn.repl!r} is lost: {task.named.lost}"
            return Landing(task, self._failed(task, ErrorKind.STATE_LOST, line))
        with self._groups.busy(str(task.orchestration_id)):
            async with self._admission.running():
                self._unadmitted.discard(task.id)
                job = await asyncio.to_thread(job_of, task, self._ports.blobs)
                self._executed += 1
                outcome = await self._engine.run(job)
        result = await asyncio.to_thread(result_of, task, outcome, self._ports.blobs, self._name)
        return Landing(task, result, await asyncio.to_thread(saved_state, outcome, self._ports.blobs))

    def _failed(self, task: ClaimedTask, kind: ErrorKind, line: str) -> REPLResult:
        return REPLResult(
            task.spawn.task_id, is_success=False, stderr=line + "\n", error_kind=kind, actor_id=self._name
        )

    async def _land_loop(self) -> None:
        while True:
            group = [await self._landings.get()]
            while not self._landings.empty():
                group.append(self._landings.get_nowait())
            with self._drain.in_hand():
                landed = await patiently(self._ports.ledger.land, self._process_id, group)
            if landed.refused:
                log.warning("landing refused for tasks %s: claimed by another or ended", landed.refused)
                await self._forget(group, landed.refused)
            if any(hint.name == "dispatch" for hint in landed.hints):
                # The next task of a named REPL may be due: here, most likely.
                self.wake()
            await asyncio.to_thread(self._ports.hints.send, landed.hints)

    async def _forget(self, group: Sequence[Landing], refused: Sequence[int]) -> None:
        """A state that was not committed must not be gone on from."""
        for landing in group:
            if landing.task.named and landing.task.id in refused:
                await self._engine.forget(str(landing.task.named.id))

    async def _pulse_loop(self) -> None:
        while True:
            pulse = await patiently(self._ports.ledger.pulse, self._process_id)
            unwanted = pulse.stop if pulse.alive else tuple(self._running)
            for task_id in unwanted:
                if task := self._running.get(task_id):
                    task.cancel()
            if not pulse.alive:
                log.warning("this host was given up by a sweeper; registering anew")
                self._process_id = await self._register()
            for group in self._groups.take_idle(time.monotonic()):
                await self._engine.end_group(group)
            await asyncio.sleep(PULSE_S)
