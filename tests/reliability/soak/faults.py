"""The faults themselves: each returns what was struck, and how to see that it is recovered from."""

import random
import signal
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import redis

from orchestration.records import Hint
from replwright.local import processes
from replwright.local.processes import Identity
from tests.reliability.soak.eyes import Eyes
from tests.reliability.soak.recovery import DUE, HELD, NOW, STEP, TASK, Held, Now, Struck, Watch, still_held
from tests.reliability.soak.schedule import Fault
from tests.reliability.soak.targets import Targets, stopped
from workers.hints import CeleryHints

DEATH_S = 15.0
PAUSE_S = 12.0
HINTS_EACH = 5

_INCARNATIONS = "SELECT id FROM processes WHERE pid = :pid AND ended_at IS NULL"
_REGISTERED = "SELECT id FROM processes WHERE pid = :pid AND ended_at IS NULL AND seen_at > :since LIMIT 1"
_NEW_HOST = "SELECT id FROM processes WHERE kind = 'host' AND ended_at IS NULL AND started_at > :since LIMIT 1"
_NEW_SERVER = "SELECT 1 WHERE pg_postmaster_start_time() > :since"
_HAPPENED = """
SELECT 1 FROM events WHERE orchestration_id = ANY(:jobs) AND at > :since AND (:name = '' OR name = :name) LIMIT 1
"""
_SERVICES = {
    Fault.PLAN: "plan", Fault.DISPATCH: "dispatch", Fault.BEAT: "beat", Fault.BROKER: "valkey",
    Fault.POSTGRES: "postgres", Fault.POSTGRES_QUIT: "postgres", Fault.POSTGRES_FAST: "postgres",
    Fault.PLAN_PAUSED: "plan", Fault.PLAN_ENDED: "plan",
}  # fmt: skip
_SIGNALS = {
    Fault.POSTGRES_QUIT: signal.SIGQUIT, Fault.POSTGRES_FAST: signal.SIGINT, Fault.PLAN_ENDED: signal.SIGTERM,
    Fault.PLAN_PAUSED: signal.SIGSTOP, Fault.HOST_PAUSED: signal.SIGSTOP,
}  # fmt: skip
# A second one of these to the same process would be no fault of its own.
_ASKING = frozenset({Fault.PLAN_ENDED, Fault.POSTGRES_FAST})
_PAUSING = frozenset({Fault.PLAN_PAUSED, Fault.HOST_PAUSED})


class Faults:
    """Strikes one stack. `open_jobs` are the ids in flight."""

    def __init__(
        self,
        targets: Targets,
        eyes: Eyes,
        hints: CeleryHints,
        broker: redis.Redis,
        open_jobs: Callable[[], Sequence[UUID]],
        chance: random.Random,
    ) -> None:
        self._targets, self._eyes, self._hints, self._broker = targets, eyes, hints, broker
        self._open_jobs = open_jobs
        self._chance = chance
        self._paused: dict[Identity, threading.Timer] = {}
        self._asked: set[Identity] = set()

    def strike(self, fault: Fault) -> Watch:
        """Do it. Whether it hit stands in the watch's record; what did not hit is not watched."""
        if fault is Fault.FLUSHED:
            return self._empty_broker()
        if fault is Fault.HINTS:
            return self._repeat_hints()
        target = self._target(fault)
        struck = Struck(fault, pid=target.pid if target else None)
        if target is None:
            struck.why = "there was no such process just then"
            return Watch(struck)
        if (fault in _ASKING and target in self._asked) or (fault in _PAUSING and stopped(target)):
            struck.why = "it was ending, or paused, already"
            return Watch(struck)
        self._asked |= {target} if fault in _ASKING else set()
        together = self._targets.ray() if fault is Fault.RAY else [target]
        # A head takes its host with it: what that held is what is to be recovered.
        holder = self._targets.host() if fault in (Fault.RAY, Fault.GCS) else target
        incarnations = self._incarnations(holder)
        held = self._held(incarnations)
        struck = replace(struck, at=time.monotonic(), moment=_now())
        sent = [processes.send(each, _SIGNALS.get(fault, signal.SIGKILL)) for each in together]
        struck.hit = sent[0] and self._took_effect(fault, target)
        if not struck.hit:
            struck.why = "it ended before the signal, or outlived it"
            return Watch(struck)
        held |= self._held(incarnations)
        struck.held = len(held)
        return Watch(struck, self._serves(struck, target), self._moves(struck, held))

    def end(self) -> None:
        """Nothing stays paused."""
        for process, timer in list(self._paused.items()):
            timer.cancel()
            processes.send(process, signal.SIGCONT)

    def _target(self, fault: Fault) -> Identity | None:
        if fault in _SERVICES:
            return self._targets.service(_SERVICES[fault])
        if fault is Fault.RAY:
            return next(iter(self._targets.ray()), None)
        if fault is Fault.GCS:
            return self._targets.gcs()
        return self._targets.repl(self._chance) if fault is Fault.REPL else self._targets.host()

    def _took_effect(self, fault: Fault, target: Identity) -> bool:
        if fault in _PAUSING:
            time.sleep(0.05)
            timer = threading.Timer(PAUSE_S, lambda: processes.send(target, signal.SIGCONT))
            timer.daemon = True
            self._paused[target] = timer
            timer.start()
            return stopped(target)
        # A worker that was asked to end finishes what it is at; its watch sees the end of that.
        return fault is Fault.PLAN_ENDED or not processes.wait_gone([target], DEATH_S)

    # --- what was held, and until when

    def _incarnations(self, process: Identity | None) -> list[int]:
        rows = self._eyes.once(_INCARNATIONS, pid=process.pid) if process else None
        return [row.id for row in rows or ()]

    def _held(self, incarnations: Sequence[int]) -> set[Held]:
        rows = self._eyes.once(HELD, processes=list(incarnations)) if incarnations else None
        return {Held(row.what, row.id, row.fence) for row in rows or ()}

    def _moves(self, struck: Struck, held: set[Held]) -> Callable[[], bool] | None:
        fault = struck.fault
        if fault in (Fault.POSTGRES, Fault.POSTGRES_QUIT, Fault.POSTGRES_FAST):
            return lambda: self._happened(struck.moment)
        if fault is Fault.BROKER:
            return lambda: struck.served_s is not None and self._happened(_later(struck), "planning")
        return (lambda: self._all_moved(held)) if held else None

    def _all_moved(self, held: set[Held]) -> bool:
        steps = [each.id for each in held if each.what == STEP]
        tasks = [each.id for each in held if each.what == TASK]
        rows = self._eyes.once(NOW, steps=steps, tasks=tasks)
        if rows is None:
            return False
        return not still_held(held, (Now(row.what, row.id, row.fence, row.state) for row in rows))

    def _happened(self, since: datetime, name: str = "") -> bool:
        return bool(self._eyes.once(_HAPPENED, jobs=list(self._open_jobs()), since=since, name=name))

    # --- whether it serves again

    def _serves(self, struck: Struck, target: Identity) -> Callable[[], bool] | None:
        fault = struck.fault
        if fault is Fault.REPL:
            return None
        if fault in (Fault.HOST, Fault.RAY, Fault.GCS):
            return lambda: bool(self._eyes.once(_NEW_HOST, since=struck.moment))
        if fault is Fault.HOST_PAUSED:
            return lambda: (
                self._lives(target, struck)
                or (not processes.alive(target) and bool(self._eyes.once(_NEW_HOST, since=struck.moment)))
            )
        name = _SERVICES[fault]
        if fault in (Fault.POSTGRES, Fault.POSTGRES_QUIT, Fault.POSTGRES_FAST):
            return lambda: bool(self._eyes.once(_NEW_SERVER, since=struck.moment))
        return lambda: self._serves_again(name, target, struck)

    def _serves_again(self, name: str, old: Identity, struck: Struck) -> bool:
        found = self._targets.service(name)
        if found is None or (found == old and struck.fault is not Fault.PLAN_PAUSED):
            return False
        if name == "valkey":
            return self._answers()
        # Its row comes first, and then it takes work.
        return self._targets.ready(name) and self._lives(found, struck)

    def _lives(self, process: Identity, struck: Struck) -> bool:
        """By the ledger, and since the fault: a paused process did not speak."""
        return not stopped(process) and bool(self._eyes.once(_REGISTERED, pid=process.pid, since=struck.moment))

    def _answers(self) -> bool:
        try:
            return bool(self._broker.ping())
        except redis.RedisError:
            return False

    # --- faults of the broker's contents

    def _empty_broker(self) -> Watch:
        due = {Held(row.what, row.id, row.fence) for row in self._eyes.once(DUE) or ()}
        struck = Struck(Fault.FLUSHED, held=len(due))
        try:
            struck.hit = bool(self._broker.flushall())
        except redis.RedisError as error:
            struck.why = f"the broker was away: {type(error).__name__}"
            return Watch(struck)
        return Watch(struck, moves=(lambda: self._all_moved(due)) if due else None)

    def _repeat_hints(self) -> Watch:
        struck = Struck(Fault.HINTS)
        jobs = self._chance.sample(jobs, min(10, len(jobs))) if (jobs := list(self._open_jobs())) else []
        struck.hit = bool(jobs) and self._answers()
        struck.why = "" if struck.hit else "no job was open, or the broker was away"
        for name in ("plan", "resume", "dispatch"):
            self._hints.send([Hint(name, job) for job in jobs for _ in range(HINTS_EACH)])
        return Watch(struck)


def _now() -> datetime:
    return datetime.now(UTC)


def _later(struck: Struck) -> datetime:
    """When it served again."""
    return struck.moment + timedelta(seconds=struck.served_s or 0.0)
