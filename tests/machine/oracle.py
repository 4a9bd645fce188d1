"""How a job of the machine may end, given what was done to it: worse only where something bad enough happened."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from orchestration.limits import Limits
from orchestration.records import NewOrchestration
from orchestration.states import Reason
from tests.machine.scripts import Script, said_by, script_of

_ENDS = text("""
SELECT o.id, o.reason, o.ended_at >= o.deadline_at AS late, p.answer, p.detail,
       (SELECT array_agg(t.task_id) FROM repl_tasks t JOIN repl_task_results r ON r.repl_task_id = t.id
        WHERE t.orchestration_id = o.id AND r.error_kind = 'crashed') AS crashed
FROM orchestrations o JOIN orchestration_payloads p ON p.orchestration_id = o.id
""")
_RESULTS = text("""
SELECT repl_task_id, actor_id FROM repl_task_results WHERE error_kind IS DISTINCT FROM 'crashed' ORDER BY repl_task_id
""")
_STATES = text("""
SELECT r.name, r.snapshot, count(t.id) AS ran FROM named_repls r
LEFT JOIN repl_tasks t ON t.named_repl_id = r.id AND t.state = 'done' AND NOT EXISTS (
    SELECT FROM repl_task_results result WHERE result.repl_task_id = t.id AND result.error_kind = 'crashed')
WHERE r.snapshot IS NOT NULL GROUP BY r.id, r.name, r.snapshot
""")
_TRIES = Limits().max_attempts
_REPAIRS = Limits().max_repairs


@dataclass(slots=True)
class Job:
    """An accepted question. `early`: a task of a streamed plan was dispatched, which no retry knows of yet."""

    id: UUID
    new: NewOrchestration
    bad_input: bool = False
    cancelled: bool = False
    early: bool = False

    @property
    def script(self) -> Script:
        return script_of(self.new.question)


@dataclass(slots=True)
class Toll:
    """What happened to the machine so far: processes that died or fell silent, claims that were let run out."""

    deaths: int = 0
    overdue: int = 0
    landed: dict[int, str | None] = field(default_factory=dict)

    def wrong_ends(self, connection: Connection, jobs: list[Job]) -> Iterator[str]:
        """Ends that nothing accounts for, answers that the script does not give, results that nobody was told of."""
        ends = {row.id: row for row in connection.execute(_ENDS)}
        for job in jobs:
            if why := self._wrong(job, ends[job.id]):
                yield f"job {job.new.question!r} {why}"
        stored = {row.repl_task_id: row.actor_id for row in connection.execute(_RESULTS)}
        if stored != self.landed:
            yield f"the rows hold results {stored}, but the hosts were told of {self.landed}"
        for row in connection.execute(_STATES):
            if int(row.snapshot, 16) != row.ran:
                yield f"{row.ran} runs in REPL {row.name!r} were counted as {int(row.snapshot, 16)}"

    def _wrong(self, job: Job, end: Any) -> str | None:
        if end.reason is None:
            return "never ended"
        script, reason = job.script, Reason(end.reason)
        failed = self.overdue + script.failures
        expected = {
            Reason.CANCELLED: job.cancelled,
            Reason.DEADLINE_EXCEEDED: end.late,
            Reason.BAD_INPUT: job.bad_input,
            Reason.INVALID_PLAN: script.rejects > _REPAIRS,
            Reason.MODEL_ERROR: script.failures > 0 and (script.hopeless or failed >= _TRIES),
            Reason.POISONED: self._many_died(script) or failed >= _TRIES,
            Reason.ANSWERED: not job.bad_input and script.rejects <= _REPAIRS,
        }
        if not expected.get(reason):
            return f"ended as {reason} ({end.detail})"
        crashed = Counter(end.crashed or ())
        if crashed and not (self._many_died(script) or self.overdue >= _TRIES):
            return f"has crashed tasks: {sorted(crashed)}"
        said = "".join(said_by(task_id) for task_id in script.tasks if task_id not in crashed)
        if reason is Reason.ANSWERED and end.answer != (said.strip() or "nothing was asked"):
            return f"was answered {end.answer!r}, not {said!r}"
        return None

    def _many_died(self, script: Script) -> bool:
        return self.deaths >= script.max_losses
