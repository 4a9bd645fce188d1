"""The machine whose schedules are drawn: workers, hosts and a bag of hints over the real ledger and its rows."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from models.checker import check
from models.ledger import PostgresLedger
from orchestration.errors import BadInput, Conflict, Fenced
from orchestration.records import ClaimedTask, Hint, Input, Landed, Landing, StepClaim
from orchestration.turn import Planned, take_turn
from tests.machine.bench import Bench
from tests.machine.oracle import Job, Toll
from tests.machine.parts import BAD, LOOK, Host, Worker, blobs_of, landing_of, must_be_none, one_of
from tests.machine.scripts import Look, PlayingModel, question
from tests.machine.turns import Turn
from tests.machine.watch import Watch
from tests.support.database import PROFILE_CODE
from tests.support.early import dispatch_early
from workers.interrupts import Interrupt

WORKERS, HOSTS = 2, 2


class World:
    """One schedule. Each method is something that happens to the machine."""

    def __init__(self, bench: Bench) -> None:
        bench.empty()
        self.bench = bench
        self._held_at = -1
        self.ledger = PostgresLedger(bench.engine, profile_code=PROFILE_CODE, patience_s=0)
        self.model = PlayingModel(self._look)
        self.watch = Watch(bench.watching)
        self.toll = Toll()
        self.jobs: list[Job] = []
        self.hints: list[Hint] = []
        self.late: list[tuple[int, ClaimedTask]] = []
        self.past: list[tuple[int, list[Landing], Landed]] = []
        self.workers = [Worker(self._register("worker")) for _ in range(WORKERS)]
        self.hosts = [Host(self._register("host")) for _ in range(HOSTS)]

    # --- callers

    def submit(self, script: int, key: str | None, inputs: str) -> None:
        new = question(len(self.jobs), script, key)
        new = replace(new, inputs=tuple(Input(f"t{n}", blob, 1, "csv") for n, blob in enumerate(blobs_of(inputs))))
        known = next((job for job in self.jobs if key is not None and job.new.idempotency_key == key), None)
        if known is not None:
            with pytest.raises(Conflict):
                self.ledger.submit(new)
            return
        submitted = self.ledger.submit(new)
        assert submitted.created
        self.jobs.append(Job(submitted.id, new, bad_input=BAD in blobs_of(inputs)))
        self.hints += submitted.hints

    def submit_again(self, job: int) -> None:
        known = self.job(job)
        again = self.ledger.submit(known.new)
        if known.new.idempotency_key is None:
            self.jobs.append(Job(again.id, known.new, known.bad_input))
            self.hints += again.hints
        else:
            assert (again.id, again.created, again.hints) == (known.id, False, ())

    def cancel(self, job: int) -> None:
        known, cut = self.job(job), self.bench.cut.armed
        # After an unknown commit nobody can tell whether it was us who ended it.
        known.cancelled |= self.ledger.cancel(known.id) or cut

    def retry(self, job: int) -> None:
        """Whatever failed or was cancelled goes on, if the rules allow it."""
        known = self.job(job)
        if known.early:
            return
        try:
            hints = self.ledger.retry(known.id).hints
        except BadInput:
            return
        known.cancelled = False
        self.hints += hints
        self.watch.look(opened=True)

    # --- workers

    def planning(self) -> list[Worker]:
        """The workers in the middle of a turn."""
        return [worker for worker in self.workers if worker.turn]

    def deliver(self, hint: int, worker: int) -> None:
        """A worker that is free, or a host for REPL tasks, follows one of the hints."""
        found = self.hints[hint % len(self.hints)]
        free = [each for each in self.workers if each.turn is None]
        if found.name != "dispatch" and not free:
            return
        self.hints.remove(found)
        if found.name == "dispatch":
            self.claim_tasks(worker, 2)
            return
        at = free[worker % len(free)]
        at.claim = self.ledger.claim_step(found.orchestration_id, at.id, found.task_id)
        at.interrupt = Interrupt()
        at.turn = Turn(self._planner(at.claim, at.interrupt)) if at.claim else None

    def go(self, worker: int, stops: int) -> None:
        """The worker's turn goes on past so many stops."""
        at = one_of(self.planning(), worker)
        for _ in range(stops):
            if at.turn and not at.turn.over:
                at.turn.go()
        self._reap(at)

    def kill_worker(self, worker: int, early: bool) -> None:
        """SIGKILL wherever its turn stands; `early`: right after a task of a streamed plan was dispatched."""
        at = one_of(self.planning(), worker)
        if early and at.claim:
            dispatch_early(self.bench.engine, at.claim, f"early{at.claim.plan_attempt}_{at.claim.ordinal}")
            for job in self.jobs:
                job.early |= job.id == at.claim.orchestration_id
        self._kill(at)
        self.workers[self.workers.index(at)] = Worker(self._register("worker"))

    def leave(self, worker: int) -> None:
        """SIGTERM: what it holds is given back; its turn was cut short."""
        at = self.workers[worker % WORKERS]
        self._kill(at)
        self.ledger.deregister(at.id)
        self.workers[worker % WORKERS] = Worker(self._register("worker"))

    def silence(self, process: int, silent: bool) -> None:
        """The process is paused, or cut off, or heard of again. It may go on with what it does all the same."""
        busy: list[Worker | Host] = [*self.planning(), *self.running()]
        idle: list[Worker | Host] = [*self.workers, *self.hosts]
        at = one_of(busy or idle, process)
        self.toll.deaths += silent and not at.silent
        at.silent = silent

    # --- hosts

    def claim_tasks(self, host: int, free: int) -> None:
        at = self.hosts[host % HOSTS]
        at.running += [(at.id, task) for task in self.ledger.claim_tasks(at.id, free)]

    def land(self, host: int, first: int, count: int) -> None:
        at = one_of(self.running(), host)
        first %= len(at.running)
        chosen, at.running[first : first + count] = at.running[first : first + count], []
        for process in dict.fromkeys(process for process, _ in chosen):
            self._land(process, [task for by, task in chosen if by == process])

    def land_late(self, late: int) -> None:
        """What a host had to stop, or ran in an earlier life, comes in after all."""
        process, task = self.late.pop(late % len(self.late))
        self._land(process, [task])

    def land_again(self, past: int) -> None:
        process, landings, before = self.past[past % len(self.past)]
        again = self.ledger.land(process, landings)
        assert (again.landed, again.refused, again.hints) == (before.landed, before.refused, ())

    def running(self) -> list[Host]:
        """The hosts with something to do."""
        return [host for host in self.hosts if host.running]

    def kill_host(self, host: int) -> None:
        self.toll.deaths += 1
        self.hosts[self.hosts.index(one_of(self.running(), host))] = Host(self._register("host"))

    def release_host(self, host: int) -> None:
        at = self.hosts[host % HOSTS]
        self.ledger.deregister(at.id)
        self.late += at.running
        self.hosts[host % HOSTS] = Host(self._register("host"))

    # --- time

    def tick(self, seconds: float) -> None:
        """Time passes, and every process that is not silent has beaten meanwhile."""
        self.bench.clock.advance(seconds)
        self.toll.overdue += seconds > 90
        for worker in self.workers:
            if worker.silent:
                continue
            pulse = self.ledger.pulse(worker.id, [worker.claim] if worker.claim else [])
            if pulse.lost:
                worker.interrupt.set()
            if not pulse.alive:
                worker.id = self._register("worker")
        for host in self.hosts:
            if host.silent:
                continue
            pulse = self.ledger.pulse(host.id)
            stopped = [each for each in host.running if not pulse.alive or each[1].id in pulse.stop]
            host.running = [each for each in host.running if each not in stopped]
            self.late += stopped
            if not pulse.alive:
                host.id = self._register("host")

    def sweep(self) -> None:
        self.hints += self.ledger.sweep().hints

    def cut_next_commit(self, after: bool) -> None:
        self.bench.cut.armed, self.bench.cut.after = True, after

    # --- what must hold

    def hold(self) -> None:
        """At any moment."""
        must_be_none(self.model.wrong)
        if self._held_at != self.bench.cut.commits:
            self._held_at = self.bench.cut.commits
            self.watch.look()

    def hold_all(self, all_ended: bool = False) -> None:
        """At any moment, too, but it takes longer."""
        with self.bench.watching.connect() as connection:
            accepted = [job.id for job in self.jobs]
            found = check(connection, accepted=accepted, asks=self.model.asks, all_ended=all_ended, slack_s=10**6)
            must_be_none([str(violation) for violation in found])

    def drain(self) -> None:
        """Every process is gone and every hint lost; one worker, one host and the sweeper bring all to an end."""
        self.kill_all()
        self.hints.clear()
        self.bench.clock.advance(9)
        self.workers, self.hosts = [Worker(self._register("worker"))], [Host(self._register("host"))]
        for _ in range(40):
            self.sweep()
            self._follow_all()
            if not self.watch.open():
                break
            self.tick(31)
            self.hold()
        self.hold()
        self.hold_all(all_ended=True)
        with self.bench.watching.connect() as connection:
            must_be_none(self.toll.wrong_ends(connection, self.jobs))

    def kill_all(self) -> None:
        self.bench.cut.armed = False
        for worker in self.workers:
            self._kill(worker)
        self.toll.deaths += len(self.hosts)

    # --- inside

    def job(self, number: int) -> Job:
        return one_of(self.jobs, number)

    def _register(self, kind: str) -> int:
        return self.ledger.register(kind, "here", 1, "test")

    def _planner(self, claim: StepClaim, interrupt: Interrupt) -> Callable[[Turn], object]:
        return lambda turn: take_turn(turn.port(self.ledger), turn.port(self.model), claim, interrupt)

    def _reap(self, worker: Worker) -> None:
        """What a Celery task does when its turn is over."""
        turn = worker.turn
        if turn is None or not turn.over:
            return
        if turn.failure and not isinstance(turn.failure, Fenced):
            raise turn.failure
        self.hints += turn.result.hints if isinstance(turn.result, Planned) else ()
        worker.turn = worker.claim = None

    def _kill(self, worker: Worker) -> None:
        self.toll.deaths += 1
        if worker.turn and not worker.turn.over:
            worker.turn.kill()
        self._reap(worker)

    def _land(self, process: int, tasks: list[ClaimedTask]) -> None:
        landings = [landing_of(process, task) for task in tasks]
        done = self.ledger.land(process, landings)
        self.hints += done.hints
        self.past.append((process, landings, done))
        for landing in landings:
            if landing.task.id in done.landed:
                self.toll.landed.setdefault(landing.task.id, landing.result.actor_id)

    def _follow_all(self) -> None:
        while self.hints:
            self.deliver(0, 0)
            if self.planning():
                self.go(0, 1000)
            if self.running():
                self.land(0, 0, 1000)

    def _look(self, step: int, attempt: int, request: str) -> Look:
        asked = {"request": request, "step": step, "attempt": attempt}
        with self.bench.watching.connect() as connection:
            row = connection.execute(LOOK, asked).one()
        return Look(row.at, row.committed, row.held)
