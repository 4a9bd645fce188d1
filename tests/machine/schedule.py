"""The rules that a schedule is drawn from. A failing one is shown as the list of its steps."""

import sys
from collections.abc import Callable

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.machine.bench import Bench
from tests.machine.machine import END
from tests.machine.scripts import SCRIPTS
from tests.machine.world import World

WHICH = st.integers(0, 5)
SCRIPT = st.integers(0, len(SCRIPTS) - 1)
# Where a turn may stop, be overtaken, or die: its next stop, on either side of what it commits, or its end.
PLACE = st.sampled_from(
    ["", "before ask", "before record_reply", "after record_reply", "before commit_plan", "after commit_plan", END]
)
CHECKED_EVERY = 10


def schedules(bench: Bench) -> Callable[[], RuleBasedStateMachine]:
    """Makes machines, one after another, over one database."""

    class Machine(Schedule):
        def __init__(self) -> None:
            super().__init__()
            self.world = World(bench)

    return Machine


class Schedule(RuleBasedStateMachine):
    """Everything that may happen. Numbers choose among what is there, round and round."""

    world: World

    def __init__(self) -> None:
        super().__init__()
        self._looks = 0

    # --- callers

    @initialize(script=SCRIPT)
    def first(self, script: int) -> None:
        self.world.submit(script, None, "")

    @rule(script=SCRIPT, key=st.sampled_from([None, "k"]), inputs=st.sampled_from(["", "", "g", "b", "gb"]))
    def submit(self, script: int, key: str | None, inputs: str) -> None:
        self.world.submit(script, key, inputs)

    @precondition(lambda self: self.world.jobs)
    @rule(job=WHICH)
    def submit_again(self, job: int) -> None:
        self.world.submit_again(job)

    @precondition(lambda self: self.world.jobs)
    @rule(job=WHICH)
    def cancel(self, job: int) -> None:
        self.world.cancel(job)

    @precondition(lambda self: self.world.jobs)
    @rule(job=WHICH)
    def retry(self, job: int) -> None:
        self.world.retry(job)

    # --- messages and workers

    @precondition(lambda self: self.world.hints)
    @rule(hint=WHICH, worker=WHICH)
    def deliver(self, hint: int, worker: int) -> None:
        self.world.deliver(hint, worker)

    @precondition(lambda self: self.world.hints)
    @rule(hint=WHICH)
    def deliver_twice(self, hint: int) -> None:
        self.world.bench.injected["deliver_twice"] += 1
        self.world.hints.append(self.world.hints[hint % len(self.world.hints)])

    @precondition(lambda self: self.world.hints)
    @rule(hint=WHICH)
    def lose(self, hint: int) -> None:
        self.world.bench.injected["lose"] += 1
        self.world.hints.pop(hint % len(self.world.hints))

    @rule(worker=WHICH, place=PLACE)
    def go(self, worker: int, place: str) -> None:
        if self._somebody_plans(worker):
            self.world.go(worker, place)

    @rule(worker=WHICH, place=PLACE, early=st.sampled_from(["", "dispatched", "landed"]))
    def kill_worker(self, worker: int, place: str, early: str) -> None:
        if self._somebody_plans(worker):
            self.world.bench.injected["kill_worker"] += 1
            self.world.kill_worker(worker, place, early)

    @rule(worker=WHICH)
    def leave(self, worker: int) -> None:
        self.world.bench.injected["leave"] += 1
        self.world.leave(worker)

    @rule(process=WHICH, silent=st.sampled_from([True, True, False]))
    def silence(self, process: int, silent: bool) -> None:
        self.world.bench.injected["silence"] += 1
        self.world.silence(process, silent)

    @rule(process=WHICH)
    def stand_still(self, process: int) -> None:
        self.world.bench.injected["stand_still"] += 1
        self.world.stand_still(process)

    @rule(worker=WHICH, place=PLACE, other_place=PLACE)
    def overtake(self, worker: int, place: str, other_place: str) -> None:
        if self._somebody_plans(worker):
            self.world.bench.injected["overtake"] += 1
            self.world.overtake(worker, place, other_place)

    # --- hosts

    @rule(host=WHICH, free=st.integers(1, 3))
    def claim_tasks(self, host: int, free: int) -> None:
        self.world.claim_tasks(host, free)

    @rule(host=WHICH, first=WHICH, count=st.integers(1, 3))
    def land(self, host: int, first: int, count: int) -> None:
        if self._something_runs(host):
            self.world.land(host, first, count)

    @precondition(lambda self: self.world.late)
    @rule(late=WHICH)
    def land_late(self, late: int) -> None:
        self.world.bench.injected["land_late"] += 1
        self.world.land_late(late)

    @precondition(lambda self: self.world.past)
    @rule(past=WHICH)
    def land_again(self, past: int) -> None:
        self.world.bench.injected["land_again"] += 1
        self.world.land_again(past)

    @rule(host=WHICH)
    def kill_host(self, host: int) -> None:
        if self._something_runs(host):
            self.world.bench.injected["kill_host"] += 1
            self.world.kill_host(host)

    @rule(host=WHICH)
    def release_host(self, host: int) -> None:
        self.world.bench.injected["release_host"] += 1
        self.world.release_host(host)

    # --- time

    @rule(seconds=st.sampled_from([2, 9, 9, 31, 61, 95, 901]))
    def tick(self, seconds: int) -> None:
        self.world.tick(seconds)

    @rule()
    def sweep(self) -> None:
        self.world.sweep()

    @rule(after=st.booleans())
    def cut_next_commit(self, after: bool) -> None:
        self.world.bench.injected["cut_next_commit"] += 1
        self.world.cut_next_commit(after)

    # --- what must hold

    @invariant()
    def holds(self) -> None:
        self.world.hold()
        self._looks += 1
        if self._looks % CHECKED_EVERY == 0:
            self.world.hold_all()

    # A rule that only sometimes may be drawn is hardly ever drawn: what it needs is brought about first.

    def _somebody_plans(self, worker: int) -> bool:
        self.world.take_up(worker)
        return bool(self.world.planning())

    def _something_runs(self, host: int) -> bool:
        self.world.be_claimed(host)
        return bool(self.world.running())

    def teardown(self) -> None:
        if sys.exc_info()[0] is None:
            self.world.drain()
        else:
            self.world.kill_all()
