"""The Ledger port over PostgreSQL: each method is one or a few short transactions."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import TypeVar
from uuid import UUID, uuid4

from sqlalchemy import Connection, Engine

from models import admission
from models.queries import heartbeat, journal, read, release
from models.queries.blobs import known_blobs
from models.queries.cancel import cancel
from models.queries.claim import claim_step
from models.queries.collect import collect_batch, time_before
from models.queries.events import read_events
from models.queries.executions import record_executions
from models.queries.finish import finish
from models.queries.fork import fork as make_fork
from models.queries.health import Health, read_health
from models.queries.host_claim import claim_due
from models.queries.land import land
from models.queries.live_releases import live_releases
from models.queries.open_repl import open_repl, save_repl
from models.queries.plan_commit import commit_plan
from models.queries.repair import start_repair
from models.queries.retry import retries_of, retry
from models.queries.start_tasks import start_claimed
from models.queries.submit import submit
from models.queries.turn import read_turn
from models.sweeper import Sweep
from models.timing import Timing
from models.transactions import transact
from orchestration.errors import Fenced
from orchestration.records import (
    ClaimedTask,
    Execution,
    Fork,
    Hint,
    Landed,
    Landing,
    NamedRepl,
    Neighbour,
    NewOrchestration,
    PlanCommit,
    Pulse,
    Reply,
    SavedState,
    StepClaim,
    Submitted,
    Swept,
    Turn,
)
from orchestration.states import Reason, Status
from orchestration.tools import SpawnREPL
from orchestration.views import Event, OrchestrationView

Result = TypeVar("Result")
DEFAULT_TENANT = "default"


class PostgresLedger:
    """The rows.

    `profile_code` is the Python that a profile task runs: its last expression is {"rows", "columns", "notes"}, and
    its `context` is {"input", "format"}. What is written under a claim is retried for `patience_s` seconds while the
    database is away, since the work would be lost; everything else fails at once with ServiceMissing.
    """

    def __init__(
        self, engine: Engine, *, profile_code: str, timing: Timing | None = None, patience_s: float = 15.0
    ) -> None:
        self._engine = engine
        self._profile_code = profile_code
        self._timing = timing or Timing()
        self._patience_s = patience_s

    # --- submit and read

    def submit(self, new: NewOrchestration) -> Submitted:
        """Accept a question. Raises BadInput, Conflict (both: nothing was stored), ServiceMissing."""
        admission.check(new)
        number = uuid4()
        return self._run(lambda connection: submit(connection, number, new, self._profile_code, self._timing))

    def get(self, orchestration_id: UUID) -> OrchestrationView:
        """Raises NotFound, NewerRow."""
        return self._run(lambda connection: read.read_one(connection, orchestration_id))

    def list(self, limit: int = 20, status: Status | None = None) -> Sequence[OrchestrationView]:
        """The newest first, without steps and tasks."""
        return self._run(lambda connection: read.read_list(connection, limit, status))

    def events(self, orchestration_id: UUID, after: int = 0) -> Sequence[Event]:
        """The events numbered above `after`, at most 1,000; to wait for more, ask again."""
        return self._run(lambda connection: read_events(connection, orchestration_id, after))

    def cancel(self, orchestration_id: UUID) -> bool:
        """True if this ended it; False if it was over before. Raises NotFound, NewerRow."""
        return self._run(lambda connection: cancel(connection, orchestration_id))

    def retry(self, orchestration_id: UUID) -> Submitted:
        """What failed goes on from the step that failed. Raises NotFound, NewerRow, BadInput."""
        before = self._run(lambda connection: retries_of(connection, orchestration_id))
        return self._run(lambda connection: retry(connection, orchestration_id, before, self._timing))

    def fork(self, orchestration_id: UUID, fork: Fork) -> Submitted:
        """A new orchestration with copies of the steps before one. Raises NotFound, NewerRow, BadInput, Conflict."""
        admission.check_fork(fork)
        number = uuid4()
        return self._run(lambda connection: make_fork(connection, number, orchestration_id, fork, self._timing))

    def health(self) -> Health:
        """Counts for `status` and `doctor`."""
        return self._run(read_health)

    # --- one turn of the model

    def claim_step(self, orchestration_id: UUID, process_id: int, task_id: str | None) -> StepClaim | None:
        """The step that is due, ours now; None if there is none, somebody has it, or it may not be yet."""
        token = uuid4()
        return self._run(
            lambda connection: claim_step(connection, orchestration_id, process_id, task_id, token, self._timing)
        )

    def turn(self, claim: StepClaim) -> Turn:
        """Raises Fenced."""
        return self._insist(lambda connection: read_turn(connection, claim))

    def reply(self, claim: StepClaim, repair: int, request_hash: str) -> Reply | None:
        """The journaled reply to this very request."""
        return self._insist(lambda connection: journal.read_reply(connection, claim, repair, request_hash))

    def record_reply(self, claim: StepClaim, repair: int, request_hash: str, reply: Reply) -> None:
        """Raises Fenced; what the reply cost is kept even so."""
        if not self._insist(lambda connection: journal.write_reply(connection, claim, repair, request_hash, reply)):
            raise Fenced(f"step {claim.ordinal} of {claim.orchestration_id} is not ours any more")

    def record_model_failure(
        self, claim: StepClaim, repair: int, request_hash: str, what: str, *, only_ours: bool = False
    ) -> None:
        """One attempt without a usable reply. With `only_ours` nothing is written once the claim was lost."""
        self._insist(lambda connection: journal.write_failure(connection, claim, repair, request_hash, what, only_ours))

    def start_repair(self, claim: StepClaim, problems: Sequence[str]) -> StepClaim:
        """The claim to go on with after a rejected plan. Raises Fenced."""
        token = uuid4()
        return self._insist(lambda connection: start_repair(connection, claim, problems, token, self._timing))

    def commit_plan(self, claim: StepClaim, spawns: Sequence[SpawnREPL], progress: str | None) -> PlanCommit:
        """Raises Fenced."""
        return self._insist(lambda connection: commit_plan(connection, claim, spawns, progress, self._timing))

    def finish(self, claim: StepClaim, reason: Reason, answer: str | None, detail: str | None) -> None:
        """Raises Fenced."""
        self._insist(lambda connection: finish(connection, claim, reason, answer, detail))

    def release_step(self, claim: StepClaim, *, graceful: bool, delay_s: float = 0) -> None:
        """Give the step back: gracefully the try does not count, else it does, up to the cap."""
        self._insist(lambda connection: release.release_step(connection, claim, graceful=graceful, delay_s=delay_s))

    # --- REPL tasks and their hosts

    def claim_tasks(self, process_id: int, free: int) -> Sequence[ClaimedTask]:
        """At most `free` pending tasks, ours now, in the order of their turns."""
        if free <= 0:
            return ()
        token = uuid4()
        found = self._insist(lambda connection: claim_due(connection, process_id, free, token, self._timing))
        tasks: list[ClaimedTask] = []
        for orchestration_id in found:
            tasks += self._start(orchestration_id, process_id, token)
        return tasks

    def _start(self, orchestration_id: UUID, process_id: int, token: UUID) -> Sequence[ClaimedTask]:
        return self._insist(lambda connection: start_claimed(connection, orchestration_id, process_id, token))

    def land(self, process_id: int, landings: Sequence[Landing]) -> Landed:
        """Record results: one transaction an orchestration. Hints are to be sent after."""
        groups: dict[UUID, list[Landing]] = defaultdict(list)
        for landing in landings:
            groups[landing.task.orchestration_id].append(landing)
        parts = [self._land(process_id, number, group) for number, group in groups.items()]
        hints: tuple[Hint, ...] = tuple(hint for part in parts for hint in part.hints)
        return Landed(
            landed=tuple(number for part in parts for number in part.landed),
            refused=tuple(number for part in parts for number in part.refused),
            hints=hints,
        )

    def _land(self, process_id: int, orchestration_id: UUID, group: Sequence[Landing]) -> Landed:
        return self._insist(lambda connection: land(connection, process_id, orchestration_id, group, self._timing))

    def release_tasks(self, process_id: int) -> int:
        """All running tasks of this host are pending again; returns how many."""
        found = self._run(lambda connection: release.orchestrations_running_on(connection, process_id))
        return sum(self._release(orchestration_id, process_id) for orchestration_id in found)

    def _release(self, orchestration_id: UUID, process_id: int) -> int:
        return self._run(lambda connection: release.release_tasks(connection, orchestration_id, process_id))

    # --- named REPLs of library callers, the execution log and the blob store

    def open_repl(self, process_id: int, session_id: str, name: str) -> NamedRepl | None:
        """The session's named REPL, ours until it is saved; made on demand, in the tenant `default`.

        None while another caller holds it, or an orchestration of the session is open. Raises BadInput.
        """
        admission.check_repl(session_id, name)
        token = uuid4()
        return self._run(
            lambda connection: open_repl(connection, process_id, DEFAULT_TENANT, session_id, name, token, self._timing)
        )

    def save_repl(self, process_id: int, named: NamedRepl, state: SavedState) -> bool:
        """Keep what a call left, and give the REPL back. False if it was taken from us: nothing was kept."""
        return self._insist(lambda connection: save_repl(connection, process_id, named, state))

    def record_executions(self, process_id: int, executions: Sequence[Execution]) -> None:
        """Log runs for library callers of this host."""
        self._insist(lambda connection: record_executions(connection, process_id, executions))

    def collect_blobs(self, older_than_s: float, limit: int, delete: Callable[[str], bool]) -> int:
        """Delete blobs that nothing names and that were not used for so many seconds; returns how many, 0 at the end.

        `delete` takes the file away; where it returns False the row stays. At most `limit` rows are locked at once.
        """
        before = self._run(lambda connection: time_before(connection, older_than_s))
        while True:
            batch = self._run(lambda connection: collect_batch(connection, before, limit, delete))
            if batch.deleted or not batch.seen:
                return batch.deleted

    def known_blobs(self, keys: Sequence[str]) -> frozenset[str]:
        """Those of the keys that have a row."""
        return self._run(lambda connection: known_blobs(connection, keys))

    # --- processes and the sweep

    def register(
        self,
        kind: str,
        node: str,
        pid: int,
        release: str,
        machine: str | None = None,
        pid_started: int | None = None,
        queues: Sequence[str] = (),
    ) -> int:
        """The number of a new incarnation of this process. Its neighbours on `machine` can see it die."""
        return self._run(
            lambda connection: heartbeat.register(connection, kind, node, pid, release, machine, pid_started, queues)
        )

    def pulse(self, process_id: int, held: Sequence[StepClaim] = (), problems: Sequence[str] = ()) -> Pulse:
        """Renew, every 2 s: a process is dead after 8 s. Tells what of its work nobody wants from it any more."""
        return self._run(lambda connection: heartbeat.pulse(connection, process_id, held, problems, self._timing))

    def neighbours(self, machine: str) -> Sequence[Neighbour]:
        """The processes of this machine that are not known to be over."""
        return self._run(lambda connection: heartbeat.neighbours(connection, machine))

    def give_up(self, process_ids: Sequence[int]) -> int:
        """These were seen to be gone: the sweeps that follow return their work. How many were not known to be."""
        return self._run(lambda connection: heartbeat.give_up(connection, process_ids))

    def releases(self) -> frozenset[str]:
        """The releases of the workers that live now."""
        return self._run(lambda connection: live_releases(connection, ("worker",), self._timing))

    def deregister(self, process_id: int) -> None:
        """Leave: what is still claimed is given back first."""
        for claim in self._run(lambda connection: release.claims_of(connection, process_id)):
            self.release_step(claim, graceful=True)
        self.release_tasks(process_id)
        self._run(lambda connection: heartbeat.leave(connection, process_id))

    def sweep(self, limit: int = 100) -> Swept:
        """Put right what no message will. Any number of processes may sweep at once."""
        return Sweep(self._engine, self._timing, limit).run()

    # --- transactions

    def _run(self, work: Callable[[Connection], Result]) -> Result:
        return transact(self._engine, work)

    def _insist(self, work: Callable[[Connection], Result]) -> Result:
        return transact(self._engine, work, self._patience_s)
