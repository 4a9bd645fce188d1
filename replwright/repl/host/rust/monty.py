"""What stands behind RustEngine once it has started: jobs on a pool of workers, fresh or in a session that stays."""

import asyncio
import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from orchestration.limits import TaskLimits
from orchestration.ports import Calls
from orchestration.repl_job import LeftState, NamedState, Replay, ReplJob, ReplOutcome
from orchestration.states import EngineName, ErrorKind, StateKind
from replwright.repl.host import verdict
from replwright.repl.host.rust.code import Fed, Refused, prepare
from replwright.repl.host.rust.failure import of_python
from replwright.repl.host.rust.named import Live, Sessions
from replwright.repl.host.rust.pool import RustPool
from replwright.repl.host.rust.run import RustRun
from replwright.repl.host.rust.state import Unrestorable
from replwright.repl.host.rust.walls import Walls, find_program
from replwright.repl.host.rust.worker import Worker
from replwright.repl.host.scratch import Folders

_LOOK_S = 10.0
Returned = TypeVar("Returned")


class MontyEngine:
    """A pool of workers and the named sessions in some of them."""

    def __init__(self, folders: Folders, pool: RustPool, sessions: Sessions, ttl_s: float, temporary: Path | None):
        self._folders, self._pool, self._sessions = folders, pool, sessions
        self._ttl_s, self._temporary = ttl_s, temporary
        self._running: set[asyncio.Task[object]] = set()
        self._looking = asyncio.get_running_loop().create_task(self._look_after())

    @classmethod
    async def started(
        cls, scratch_root: Path | None, max_live: int, ready: int, ttl_s: float, binary: Path | None
    ) -> "MontyEngine":
        """Raises SandboxUnavailable that says what is missing."""
        program = find_program(binary)
        temporary = None if scratch_root else Path(tempfile.mkdtemp(prefix="replwright-rust-"))
        folders = Folders(scratch_root or temporary or Path())
        sessions = Sessions()
        pool: RustPool | None = None
        try:
            walls = await asyncio.to_thread(Walls, folders.jobs.parent / "rust", program)
            await asyncio.to_thread(walls.attack)
            pool = RustPool(walls, max_live, ready, lambda: live.worker if (live := sessions.oldest()) else None)
            await pool.fill()
        except BaseException:
            if pool is not None:
                await pool.close()
            _remove(folders, temporary)
            raise
        return cls(folders, pool, sessions, ttl_s, temporary)

    def stats(self) -> dict[str, int]:
        return {**self._pool.counts(), "rust_named": len(self._sessions)}

    async def run(self, job: ReplJob, calls: Calls | None) -> ReplOutcome:
        task = asyncio.current_task()
        assert task is not None
        self._running.add(task)
        try:
            fed = _prepared(job.code)
            if isinstance(fed, ReplOutcome):
                return replace(fed, state=LeftState(StateKind.UNCHANGED) if job.named else None)
            if job.named is not None:
                return await self._run_in_named(job, job.named, fed, calls)
            worker = await self._pool.take(job.group)
            try:
                run = RustRun(job, fed, calls, worker)
                return await self._in_thread(run.fresh, run)
            finally:
                self._pool.give(worker, job.group)
        finally:
            self._running.discard(task)

    def forget(self, key: str) -> None:
        if live := self._sessions.take(key):
            self._pool.discard(live.worker)

    def end_group(self, group: str) -> None:
        self._pool.end_group(group)

    async def stop(self) -> None:
        self._looking.cancel()
        self._pool.kill()
        if others := self._running - {asyncio.current_task()}:
            await asyncio.wait(others)
        while live := self._sessions.oldest():
            self._pool.discard(live.worker)
        await self._pool.close()
        _remove(self._folders, self._temporary)

    async def _run_in_named(self, job: ReplJob, named: NamedState, fed: Fed, calls: Calls | None) -> ReplOutcome:
        live = self._sessions.take(named.key)
        if live is not None and live.version != named.version:
            self._pool.discard(live.worker)
            live = None
        try:
            live = live or await self._restored(job, named)
        except Unrestorable as error:
            judged = verdict.state_lost(str(error))
            return _failed(judged.kind, judged.line + "\n", LeftState(StateKind.LOST))
        kept = False
        try:
            run = RustRun(job, fed, calls, live.worker)
            outcome = await self._in_thread(lambda: run.named(live.session, live.helper), run)
            if live.worker.dead:
                return replace(outcome, state=LeftState(StateKind.UNCHANGED))
            state = await self._saved(live) if named.durable else LeftState(StateKind.KEPT)
            if not live.worker.dead:
                live.version = named.next_version
                if before := self._sessions.keep(named.key, live, time.monotonic()):
                    self._pool.discard(before.worker)
                kept = True
            return replace(outcome, state=state)
        finally:
            if not kept:
                self._pool.discard(live.worker)

    async def _restored(self, job: ReplJob, named: NamedState) -> Live:
        """A session of the state that the job starts from. Raises Unrestorable."""
        if named.version and named.snapshot is None and not named.replay:
            raise Unrestorable("it was never saved")
        worker = await self._pool.take(None)
        try:
            live = await self._at_work(lambda: Live.begin(worker, job.limits, named), worker)
            for each in named.replay:
                await self._replayed(live, each, job.limits)
        except BaseException:
            self._pool.discard(worker)
            raise
        return live

    async def _replayed(self, live: Live, each: Replay, limits: TaskLimits) -> None:
        again = ReplJob(each.code, each.context_data, results=each.results, limits=limits, named=_SOME_NAME)
        fed = _prepared(each.code)
        if isinstance(fed, Fed):
            run = RustRun(again, fed, None, live.worker)
            outcome = await self._in_thread(lambda: run.named(live.session, live.helper), run)
            if live.worker.dead or outcome.is_success is not each.succeeded:
                raise Unrestorable("an earlier run of it went otherwise when it was run again")

    async def _saved(self, live: Live) -> LeftState:
        return await self._at_work(live.save, live.worker)

    async def _in_thread(self, work: Callable[[], Returned], run: RustRun) -> Returned:
        """Run a job's blocking part. Cancelling it kills the worker, and waits for the thread."""
        try:
            return await self._until_done(work, run.kill)
        finally:
            run.finish()

    async def _at_work(self, work: Callable[[], Returned], worker: Worker) -> Returned:
        return await self._until_done(work, worker.kill)

    async def _until_done(self, work: Callable[[], Returned], kill: Callable[[], None]) -> Returned:
        working = asyncio.get_running_loop().run_in_executor(self._pool.threads, work)
        try:
            return await asyncio.shield(working)
        except asyncio.CancelledError:
            kill()
            await asyncio.wait([working])
            raise

    async def _look_after(self) -> None:
        while True:
            await asyncio.sleep(_LOOK_S)
            self._pool.expire()
            for live in self._sessions.idle_before(time.monotonic() - self._ttl_s):
                self._pool.discard(live.worker)


_SOME_NAME = NamedState("", 0, 0)


def _prepared(code: str) -> Fed | ReplOutcome:
    """What to feed, or the outcome of code that is never fed."""
    try:
        return prepare(code)
    except Refused as error:
        return _failed(ErrorKind.EXCEPTION, f"{error}\n")
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        return _failed(ErrorKind.EXCEPTION, of_python(error).told)


def _failed(kind: ErrorKind, told: str, state: LeftState | None = None) -> ReplOutcome:
    return ReplOutcome(is_success=False, stderr=told, error_kind=kind, engine=EngineName.RUST, state=state)


def _remove(folders: Folders, temporary: Path | None) -> None:
    folders.close()
    if temporary is not None:
        shutil.rmtree(temporary, ignore_errors=True)
