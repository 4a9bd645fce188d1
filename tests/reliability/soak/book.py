"""What was accepted, what is open, and how it ended: bounded by the number of jobs, not by what they said."""

import json
import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from orchestration.states import Reason
from tests.reliability.soak.jobs import Job, Kind

MOST_WRONG = 200
ALLOWED: dict[Kind, frozenset[str]] = {
    Kind.CANCELLED: frozenset({Reason.CANCELLED, Reason.ANSWERED}),
    Kind.DEADLINE: frozenset({Reason.DEADLINE_EXCEEDED, Reason.ANSWERED}),
}
ANSWERED = frozenset({Reason.ANSWERED.value})


@dataclass(frozen=True, slots=True)
class Ended:
    """How the ledger says that a job ended."""

    reason: str
    answer: str | None
    detail: str | None


def wrong_with(job: Job, expected: str | None, ended: Ended) -> str | None:
    """What is not as it must be, or None."""
    allowed = ALLOWED.get(job.kind, ANSWERED)
    if ended.reason not in allowed:
        return f"job {job.number} ({job.kind}) ended {ended.reason}: {(ended.detail or '')[:300]}"
    if ended.reason == Reason.ANSWERED and ended.answer != expected:
        return f"job {job.number} ({job.kind}) answered {(ended.answer or '')[:300]}, not {(expected or '')[:300]}"
    return None


class Book:
    """Safe to share between the threads of the harness."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: dict[UUID, tuple[Job, str | None]] = {}
        self._counters: Counter[str] = Counter()
        self.ids: dict[int, UUID] = {}
        self.ends: Counter[tuple[str, str]] = Counter()
        self.wrong: list[str] = []
        self.again = self.unheard = 0

    @property
    def open(self) -> Sequence[UUID]:
        with self._lock:
            return list(self._open)

    def accept(self, job: Job, number: UUID) -> None:
        """It is accepted: the ledger said so. Jobs of a session come here in the order of the session."""
        with self._lock:
            expected = job.answer
            if job.session is not None:
                self._counters[job.session] += job.added
                expected = json.dumps({"x": str(self._counters[job.session])})
            self.ids[job.number] = number
            self._open[number] = (job, expected)

    def end(self, number: UUID, ended: Ended) -> None:
        """Judge one that ended."""
        with self._lock:
            job, expected = self._open.pop(number)
            self.ends[job.kind.value, ended.reason] += 1
        if wrong := wrong_with(job, expected, ended):
            self.blame(wrong)

    def blame(self, what: str) -> None:
        """Something is not as promised."""
        with self._lock:
            if len(self.wrong) < MOST_WRONG:
                self.wrong.append(what)

    def tally(self) -> dict[str, Any]:
        """For the report: jobs by how they ended, and by kind."""
        with self._lock:
            reasons, kinds = Counter[str](), Counter[str]()
            for (kind, reason), many in self.ends.items():
                reasons[reason] += many
                kinds[kind] += many
            return {
                "accepted": len(self.ids),
                "by_reason": dict(reasons.most_common()),
                "by_kind": dict(kinds.most_common()),
                "submitted_again_with_their_key": self.again,
                "submits_without_an_answer": self.unheard,
            }
