"""Keeps a fixed number of jobs in flight, through the real front door, and sees how each of them ends."""

import itertools
import tempfile
import threading
import time
import uuid
from collections import defaultdict
from dataclasses import replace
from pathlib import Path
from uuid import UUID

from models.ledger import PostgresLedger
from orchestration.errors import ServiceMissing
from orchestration.limits import Limits
from orchestration.ports import Blobs
from orchestration.records import Input, NewOrchestration, Submitted
from replwright.inputs import store_inputs
from tests.reliability.soak.book import Book, Ended
from tests.reliability.soak.eyes import Eyes
from tests.reliability.soak.jobs import Job, Kind, make
from workers.hints import CeleryHints

THREADS = 3
RETRY_S = 0.3
LAST_SUBMIT_S = 90.0
_ENDED = """
SELECT job.id, job.reason, payload.answer, payload.detail
FROM orchestrations job JOIN orchestration_payloads payload ON payload.orchestration_id = job.id
WHERE job.id = ANY(:open) AND job.ended_at IS NOT NULL
"""


class Feeder:
    """Submits until it is told to stop. A submit whose answer was lost is sent again, under its key."""

    def __init__(
        self,
        seed: int,
        in_flight: int,
        ledger: PostgresLedger,
        hints: CeleryHints,
        blobs: Blobs,
        eyes: Eyes,
        book: Book,
    ) -> None:
        self._seed, self._in_flight = seed, in_flight
        self._ledger, self._hints, self._blobs, self._eyes, self._book = ledger, hints, blobs, eyes, book
        self._numbers = itertools.count(1)
        self._next = threading.Lock()
        self._sessions: dict[str, threading.Lock] = defaultdict(threading.Lock)
        self._cancels: list[tuple[float, UUID]] = []
        self._full = threading.Event()
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._feed, name="feeder", daemon=True) for _ in range(THREADS)]
        self._observer = threading.Thread(target=self._observe, name="observer", daemon=True)

    def start(self) -> None:
        for thread in (*self._threads, self._observer):
            thread.start()

    def stop_feeding(self) -> None:
        """No more jobs; those that are being submitted are seen through, as long as somebody may answer."""
        self._full.set()
        until = time.monotonic() + LAST_SUBMIT_S
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))
        if any(thread.is_alive() for thread in self._threads):
            self._book.blame(f"a submit was not answered within {LAST_SUBMIT_S:.0f} s")
            self._over.set()

    def close(self) -> None:
        self._full.set()
        self._over.set()
        self._observer.join()

    def _feed(self) -> None:
        while not self._full.is_set():
            if len(self._book.open) >= self._in_flight:
                self._full.wait(0.05)
                continue
            try:
                self._next_job()
            except Exception as error:
                self._book.blame(f"the front door raised {type(error).__name__}: {error}")
                self._full.wait(1.0)

    def _next_job(self) -> None:
        with self._next:
            job = make(self._seed, next(self._numbers))
            # Of one session in the order of their numbers: each says what those before it came to.
            turn = self._sessions[job.session] if job.session is not None else threading.Lock()
            turn.acquire()
        try:
            new = self._new(job)
            submitted = self._submit(new)
            if submitted is not None:
                self._book.accept(job, submitted.id)
        finally:
            turn.release()
        if submitted is None:
            return
        self._hints.send(submitted.hints)
        if job.kind is Kind.TWICE:
            again = self._submit(replace(new, root_task_id=str(uuid.uuid4())))
            self._book.again += 1
            if again is not None and (again.id != submitted.id or again.created):
                self._book.blame(f"job {job.number} was accepted twice: as {submitted.id} and {again.id}")
        if job.cancel_after_s is not None:
            self._cancels.append((time.monotonic() + job.cancel_after_s, submitted.id))

    def _submit(self, new: NewOrchestration) -> Submitted | None:
        """Until there is an answer, or the harness is over."""
        while not self._over.is_set():
            try:
                return self._ledger.submit(new)
            except ServiceMissing:
                self._book.unheard += 1
                time.sleep(RETRY_S)
        return None

    def _new(self, job: Job) -> NewOrchestration:
        inputs: tuple[Input, ...] = ()
        if job.table is not None:
            with tempfile.TemporaryDirectory(prefix="rw-soak-table-") as folder:
                path = Path(folder, "t.csv")
                path.write_bytes(job.table)
                inputs = store_inputs([path], self._blobs)
        return NewOrchestration(
            job.question,
            "scripted",
            inputs=inputs,
            limits=Limits(deadline_s=job.deadline_s),
            session_id=job.session,
            idempotency_key=job.key(self._seed),
            root_task_id=str(uuid.uuid4()),
        )

    def _observe(self) -> None:
        while not self._over.wait(0.3):
            try:
                for row in self._eyes.once(_ENDED, open=list(self._book.open)) or ():
                    self._book.end(row.id, Ended(row.reason, row.answer, row.detail))
                self._cancel_due()
            except Exception as error:
                self._book.blame(f"the harness's observer raised {type(error).__name__}: {error}")

    def _cancel_due(self) -> None:
        for due in [each for each in self._cancels if each[0] <= time.monotonic()]:
            try:
                self._ledger.cancel(due[1])
            except ServiceMissing:
                return
            self._cancels.remove(due)
