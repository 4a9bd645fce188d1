"""Workers, hosts and a bag of hints over the real ledger and its rows."""

from collections.abc import Callable
from uuid import UUID

from models.ledger import PostgresLedger
from orchestration.errors import Fenced
from orchestration.records import ClaimedTask, Hint, Landed, Landing, StepClaim
from orchestration.turn import Planned, take_turn
from tests.machine.bench import Bench
from tests.machine.oracle import Job, Toll
from tests.machine.parts import LOOK, Host, Worker, landing_of, one_of
from tests.machine.scripts import Look, PlayingModel
from tests.machine.turns import Turn
from tests.machine.watch import Watch
from tests.support.database import PROFILE_CODE
from tests.support.early import dispatch_early
from workers.interrupts import Interrupt

WORKERS, HOSTS = 2, 2
END = "the end"


class Machine:
    """Each method is something that happens to workers, hosts and the time."""

    def __init__(self, bench: Bench) -> None:
        bench.empty()
        self.bench = bench
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
        self._take(free[worker % len(free)], found.orchestration_id, found.task_id)

    def take_up(self, worker: int) -> None:
        """Unless somebody plans, a worker takes up whatever is ready, as a message that came late would have it do."""
        for job in self.jobs:
            if not self.planning():
                self._take(one_of(self.workers, worker), job.id, None)

    def go(self, worker: int, place: str) -> Worker:
        """The worker's turn goes on to that place, e.g. "before ask"; to its next stop for "", or to its end."""
        at = one_of(self.planning(), worker)
        while at.turn and not at.turn.over:
            at.turn.go()
            if place in ("", at.turn.at):
                break
        self._reap(at)
        return at

    def stand_still(self, process: int) -> Worker | Host:
        """It is silent for longer than its lease, and a sweeper comes by: whatever it does from now on is too late."""
        at = self.silence(process, True)
        self.tick(9)
        self.sweep()
        return at

    def overtake(self, worker: int, place: str, other_place: str) -> None:
        """A worker stands still in its turn, another takes its step and gets so far; then the first goes on."""
        late = self.go(worker, place)
        if late.turn is None or late.claim is None:
            return
        self.stand_still(self.planning().index(late))
        free = [each for each in self.workers if each.turn is None]
        if free:
            self._take(free[0], late.claim.orchestration_id, None)
            if free[0].turn:
                self.go(self.planning().index(free[0]), other_place)
        self.go(self.planning().index(late), END)

    def kill_worker(self, worker: int, place: str, early: str) -> None:
        """SIGKILL at that place of its turn; or where it stands, once a task of a streamed plan was dispatched early.

        `early`: "", "dispatched", or "landed", if its result is there as well.
        """
        at = one_of(self.planning(), worker)
        if early and at.claim:
            self._dispatch_early(at.claim, early)
        else:
            self.go(worker, place)
        self._kill(at)
        self.workers[self.workers.index(at)] = Worker(self._register("worker"))

    def leave(self, worker: int) -> None:
        """SIGTERM: what it holds is given back; its turn was cut short."""
        at = self.workers[worker % WORKERS]
        self._kill(at)
        self.ledger.deregister(at.id)
        self.workers[worker % WORKERS] = Worker(self._register("worker"))

    def silence(self, process: int, silent: bool) -> Worker | Host:
        """The process is paused, or cut off, or heard of again. It may go on with what it does all the same."""
        busy: list[Worker | Host] = [*self.planning(), *self.running()]
        idle: list[Worker | Host] = [*self.workers, *self.hosts]
        at = one_of(busy or idle, process)
        self.toll.deaths += silent and not at.silent
        at.silent = silent
        return at

    # --- hosts

    def claim_tasks(self, host: int, free: int) -> None:
        at = self.hosts[host % HOSTS]
        at.running += [(at.id, task) for task in self.ledger.claim_tasks(at.id, free)]

    def be_claimed(self, host: int) -> None:
        """Unless something runs, a host claims what there is, or what is planned for it first."""
        if self.running():
            return
        self.claim_tasks(host, 3)
        if not self.running():
            self.take_up(host)
            if self.planning():
                self.go(host, END)
            self.claim_tasks(host, 3)

    def land(self, host: int, first: int, count: int) -> None:
        at = one_of(self.running(), host)
        first %= len(at.running)
        self._land_some(at, slice(first, first + count))

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

    def _dispatch_early(self, claim: StepClaim, early: str) -> None:
        if not dispatch_early(self.bench.engine, claim, f"early{claim.plan_attempt}_{claim.ordinal}"):
            return
        for job in self.jobs:
            job.early |= job.id == claim.orchestration_id
        if early == "landed":
            self.claim_tasks(0, 100)
            self._land_some(self.hosts[0], slice(None))

    def _take(self, worker: Worker, orchestration_id: UUID, task_id: str | None) -> None:
        worker.claim = self.ledger.claim_step(orchestration_id, worker.id, task_id)
        worker.interrupt = Interrupt()
        worker.turn = Turn(self._planner(worker.claim, worker.interrupt)) if worker.claim else None

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

    def _land_some(self, host: Host, some: slice) -> None:
        chosen, host.running[some] = host.running[some], []
        for process in dict.fromkeys(process for process, _ in chosen):
            self._land(process, [task for by, task in chosen if by == process])

    def _land(self, process: int, tasks: list[ClaimedTask]) -> None:
        landings = [landing_of(process, task) for task in tasks]
        done = self.ledger.land(process, landings)
        self.hints += done.hints
        self.past.append((process, landings, done))
        for landing in landings:
            if landing.task.id in done.landed:
                self.toll.landed.setdefault(landing.task.id, landing.result.actor_id)

    def _look(self, step: int, attempt: int, request: str) -> Look:
        asked = {"request": request, "step": step, "attempt": attempt}
        with self.bench.watching.connect() as connection:
            row = connection.execute(LOOK, asked).one()
        return Look(row.at, row.committed, row.held)
