"""The machine whose schedules are drawn: what its callers ask of it, and what must hold."""

from dataclasses import replace

import pytest

from models.checker import check
from orchestration.errors import BadInput, Conflict
from orchestration.records import Input
from tests.machine.bench import Bench
from tests.machine.machine import END, Machine
from tests.machine.oracle import Job
from tests.machine.parts import BAD, Host, Worker, blobs_of, must_be_none
from tests.machine.scripts import question


class World(Machine):
    """One schedule."""

    def __init__(self, bench: Bench) -> None:
        super().__init__(bench)
        self._held_at = -1

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

    def _follow_all(self) -> None:
        while self.hints:
            self.deliver(0, 0)
            if self.planning():
                self.go(0, END)
            if self.running():
                self.land(0, 0, 1000)
