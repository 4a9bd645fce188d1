"""Code for library callers: in a fresh REPL, or in a session's, and a line in the execution log for each."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from orchestration.errors import ServiceMissing
from orchestration.ports import Engine
from orchestration.records import Execution, NamedRepl, SavedState
from orchestration.repl_job import ReplJob, ReplOutcome
from orchestration.states import EngineName, ErrorKind, StateKind
from replwright.repl.host.admission import Admission
from replwright.repl.pool.groups import Groups
from replwright.repl.pool.patience import patiently
from replwright.repl.pool.ports import HostPorts
from replwright.repl.pool.translate import named_state, saved_state

BUSY_S = 60.0
_LOOK_AGAIN_S = 0.1
_LOGGED_CODE_CHARS = 64 * 1024
# A call must not wait for the database beside it: the log is written seldom, and much of it at once.
_LOG_EVERY_S, _LOG_AT_ONCE = 0.25, 1000


class Library:
    """`process_id` is the host's row in the ledger of now."""

    def __init__(
        self,
        ports: HostPorts,
        engine: Engine,
        admission: Admission,
        groups: Groups,
        name: str,
        process_id: Callable[[], int],
    ) -> None:
        self._ports, self._engine, self._admission, self._groups = ports, engine, admission, groups
        self._name, self._process_id = name, process_id
        self._log: asyncio.Queue[Execution] = asyncio.Queue()
        self._unwritten: list[Execution] = []
        self._giving_back: set[asyncio.Future[bool]] = set()

    async def run_all(self, jobs: Sequence[ReplJob]) -> list[ReplOutcome]:
        """Run jobs in fresh REPLs, in turn with the tasks of the table; outcomes in order."""
        return list(await asyncio.gather(*(self.admitted(job, None) for job in jobs)))

    async def run_in_session(self, job: ReplJob, session_id: str, repl: str) -> ReplOutcome:
        """Run a job in the session's REPL of that name: its state is committed before the outcome is told.

        Raises ServiceMissing when another caller keeps the session for BUSY_S.
        """
        named = await self._claim(session_id, repl)
        saved = SavedState(StateKind.UNCHANGED, named.engine or EngineName.CPYTHON)
        if named.lost:
            await patiently(self._ports.ledger.save_repl, self._process_id(), named, saved)
            line = f"the state of session {session_id!r} is lost: {named.lost}\n"
            return ReplOutcome(False, stderr=line, error_kind=ErrorKind.STATE_LOST)
        try:
            state = await asyncio.to_thread(named_state, named, self._ports.blobs)
            outcome = await self.admitted(replace(job, named=state), session_id)
            left = await asyncio.to_thread(saved_state, outcome, self._ports.blobs)
            saved = left or saved
        finally:
            kept = await patiently(self._ports.ledger.save_repl, self._process_id(), named, saved)
            if not kept or saved.kind is StateKind.UNCHANGED:
                await self._engine.forget(str(named.id))
        if not kept:
            raise ServiceMissing(f"session {session_id!r} was taken over while its code ran", "run it again")
        # The snapshot is in the blob store by now; a caller has no use for it.
        return replace(outcome, state=replace(outcome.state, snapshot=None) if outcome.state else None)

    async def log_forever(self) -> None:
        """Write the log in groups, behind the callers' backs."""
        while True:
            self._unwritten.append(await self._log.get())
            await asyncio.sleep(_LOG_EVERY_S)
            await self.write_log()

    async def write_log(self) -> None:
        """Write what is not written yet."""
        while not self._log.empty():
            self._unwritten.append(self._log.get_nowait())
        for start in range(0, len(self._unwritten), _LOG_AT_ONCE):
            group = self._unwritten[start : start + _LOG_AT_ONCE]
            await patiently(self._ports.ledger.record_executions, self._process_id(), group)
        self._unwritten = []

    async def admitted(self, job: ReplJob, session_id: str | None) -> ReplOutcome:
        """Run a job in its turn, and log it."""
        with self._groups.busy(job.group):
            async with self._admission.running():
                outcome = await self._engine.run(job)
        self._log.put_nowait(
            Execution(
                code=job.code[:_LOGGED_CODE_CHARS],
                session=session_id,
                engine=EngineName(outcome.engine),
                is_success=outcome.is_success,
                error_kind=outcome.error_kind,
                seconds=outcome.execution_time,
                actor_id=self._name,
            )
        )
        return outcome

    async def _claim(self, session_id: str, repl: str) -> NamedRepl:
        until = time.monotonic() + BUSY_S
        while time.monotonic() < until:
            asking = patiently(self._ports.ledger.open_repl, self._process_id(), session_id, repl)
            claiming = asyncio.ensure_future(asking)
            try:
                named = await asyncio.shield(claiming)
            except asyncio.CancelledError:
                # A hold that nobody knows of would keep the session for an hour.
                claiming.add_done_callback(self._give_back)
                raise
            if named is not None:
                return named
            await asyncio.sleep(_LOOK_AGAIN_S)
        raise ServiceMissing(f"session {session_id!r} is busy", "wait until its other code has ended")

    def _give_back(self, claiming: "asyncio.Future[NamedRepl | None]") -> None:
        if not claiming.cancelled() and (named := claiming.result()) is not None:
            unchanged = SavedState(StateKind.UNCHANGED, named.engine or EngineName.CPYTHON)
            giving = patiently(self._ports.ledger.save_repl, self._process_id(), named, unchanged)
            self._giving_back.add(task := asyncio.ensure_future(giving))
            task.add_done_callback(self._giving_back.discard)
