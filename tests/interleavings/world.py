"""The states from which two actors start, and what must be true wherever they end."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import Connection, Engine, text

from models.checker import check
from models.ledger import PostgresLedger
from models.queries.close import close
from models.queries.locks import lock_orchestration
from models.timing import Timing
from models.transactions import transact
from orchestration.records import ClaimedTask, Hint, Landed, Landing, NamedRepl, NewOrchestration, PlanCommit, StepClaim
from orchestration.states import Reason
from tests.support.counting import count_of, landing, left
from tests.support.driver import Driver, ScriptedModel, result_of, spawn

QUESTION = "what now?"
IN_SESSION = NewOrchestration(QUESTION, "scripted", session_id="s", root_task_id="root")
OLD_BLOB = "f" * 64

# The state of a named REPL is how often its code ran, and its snapshot's name is that number (tests.support.counting).
_COUNTED = text("""
SELECT r.snapshot, count(t.id) AS ran FROM named_repls r
LEFT JOIN repl_tasks t ON t.named_repl_id = r.id AND t.state = 'done'
WHERE r.snapshot IS NOT NULL GROUP BY r.id, r.snapshot
""")


@dataclass(slots=True)
class World:
    """One orchestration in one state, over `ledger`, which no gate slows down."""

    ledger: PostgresLedger
    engine: Engine
    worker: int
    other_worker: int
    host: int
    other_host: int
    id: UUID
    claim: StepClaim | None = None
    tasks: Sequence[ClaimedTask] = ()
    other_claim: StepClaim | None = None
    repl: str | None = None
    held: NamedRepl | None = None
    saves: int = 0
    files: set[str] = field(default_factory=set)

    # --- states

    def planning(self) -> "World":
        self.claim = self.ledger.claim_step(self.id, self.worker, "plan")
        assert self.claim
        return self

    def planning_again(self) -> "World":
        self.running()
        self.ledger.land(self.host, [Landing(task, result_of(task)) for task in self.tasks])
        return self.planning()

    def pending(self) -> "World":
        self.planning()
        assert self.claim
        self.ledger.commit_plan(self.claim, [spawn("one", repl=self.repl), spawn("two", repl=self.repl)], None)
        return self

    def running(self, free: int = 2) -> "World":
        self.pending()
        self.tasks = self.ledger.claim_tasks(self.host, free)
        return self

    def last_running(self) -> "World":
        self.running()
        self.ledger.land(self.host, [Landing(self.tasks[0], result_of(self.tasks[0]))])
        return self

    def unclosed(self) -> "World":
        """As if a landing had not closed its step: what only the sweep can put right."""
        self.running()
        self.ledger.land(self.host, [Landing(task, result_of(task)) for task in self.tasks])
        self._sql("DELETE FROM events WHERE name = 'step_landed'")
        self._sql("DELETE FROM steps WHERE ordinal = 2")
        self._sql("UPDATE steps SET status = 'waiting', nudge_at = replwright_now() - interval '1 minute'")
        self._sql("UPDATE orchestrations SET status = 'waiting'")
        return self

    def silent(self, *processes: int) -> "World":
        """These processes have not been heard of for a minute."""
        for process in processes:
            self._sql(f"UPDATE processes SET seen_at = seen_at - interval '1 minute' WHERE id = {process}")
        return self

    def given_up(self, process: int) -> "World":
        """The sweeper ended this process, but did not come to what it held."""
        self._sql(f"UPDATE processes SET ended_at = replwright_now(), lost = true WHERE id = {process}")
        return self

    def quiet(self) -> "World":
        """Nobody has hinted for a minute."""
        self._sql("UPDATE steps SET nudge_at = nudge_at - interval '1 minute'")
        return self

    def overdue(self) -> "World":
        self._sql("UPDATE orchestrations SET deadline_at = replwright_now() - interval '1 millisecond'")
        return self

    def cancelled(self) -> "World":
        self.ledger.cancel(self.id)
        return self

    def lost(self) -> "World":
        """The worker was given up and its step returned; it does not know."""
        self.planning().silent(self.worker)
        self.ledger.sweep()
        return self

    def in_session(self) -> "World":
        """Another orchestration takes the place of the first: one of a session, whose plans name the REPL r."""
        self.ledger.cancel(self.id)
        self.id, self.repl = self.ledger.submit(IN_SESSION).id, "r"
        return self

    def held_by_a_caller(self) -> "World":
        """The host's library caller has the session's REPL."""
        self.ledger.cancel(self.id)
        self.held = self.ledger.open_repl(self.host, "s", "r")
        return self

    def saved_long_ago(self) -> "World":
        """The session's REPL has a state that nobody used for a year."""
        self.held_by_a_caller().do_save(self.ledger)
        self._sql("UPDATE named_repls SET last_used_at = last_used_at - interval '1 year'")
        return self

    def cancelled_long_ago(self) -> "World":
        self.repl = "r"
        self.last_running_named().cancelled()
        self._sql("UPDATE named_repls SET last_used_at = last_used_at - interval '1 year'")
        return self

    def last_running_named(self) -> "World":
        self.running(1)
        self.ledger.land(self.host, [landing(self.tasks[0])])
        return self

    def with_an_old_blob(self) -> "World":
        """A file that nothing names, with its row."""
        self.files = {OLD_BLOB}
        self._sql(f"INSERT INTO blobs VALUES ('{OLD_BLOB}', 1, DEFAULT, replwright_now() - interval '1 year')")
        return self

    def with_quota(self, name: str, value: int) -> "World":
        self._sql(f"INSERT INTO quotas (tenant, {name}) VALUES ('default', {value})")
        return self

    # --- what actors do, each through a ledger of its own

    def do_plan(self, ledger: PostgresLedger, name: str = "early") -> PlanCommit:
        assert self.claim
        return ledger.commit_plan(self.claim, [spawn(name), spawn(f"{name}_too")], "working on it")

    def do_land(self, ledger: PostgresLedger, number: int) -> Landed:
        return ledger.land(self.host, [landing(self.tasks[number])])

    def do_save(self, ledger: PostgresLedger) -> bool:
        assert self.held
        saved = ledger.save_repl(self.host, self.held, left(self.held))
        self.saves += saved
        return saved

    def do_collect(self, ledger: PostgresLedger) -> int:
        def delete(key: str) -> bool:
            self.files.discard(key)
            return True

        return ledger.collect_blobs(3600, 10, delete)

    def do_close(self, engine: Engine) -> None:
        """Close by itself, as the sweep does when it comes first."""

        def work(connection: Connection) -> None:
            locked = lock_orchestration(connection, self.id)
            assert locked
            step = connection.execute(
                text("SELECT id FROM steps WHERE orchestration_id = :id AND status = 'waiting'"), {"id": self.id}
            ).scalar()
            if step and not locked.is_terminal:
                close(connection, locked, step, Timing())

        transact(engine, work)

    # --- the end

    def broken(self) -> list[str]:
        """The promises that do not hold right now."""
        with self.engine.connect() as connection:
            found = [str(violation) for violation in check(connection, slack_s=3600)]
            for row in connection.execute(_COUNTED):
                if count_of(row.snapshot) != row.ran + self.saves:
                    found.append(f"{row.ran + self.saves} runs were counted as {count_of(row.snapshot)}")
            return found

    def finish(self) -> None:
        """Whatever the actors left, an ordinary worker and host bring it to its end."""
        driver = Driver(self.ledger, ScriptedModel({QUESTION: []}), random.Random(0))
        self._sql(f"UPDATE processes SET seen_at = seen_at - interval '1 minute' WHERE id < {driver.worker}")
        for _ in range(5):
            if self.ledger.get(self.id).reason:
                break
            self.ledger.sweep()
            driver.hints = [Hint("dispatch", self.id), Hint("resume", self.id)]
            driver.to_the_end()
        view = self.ledger.get(self.id)
        assert view.reason in (Reason.ANSWERED, Reason.CANCELLED, Reason.DEADLINE_EXCEEDED), view

    def _sql(self, statement: str) -> None:
        with self.engine.begin() as connection:
            connection.execute(text(statement))


def new_world(ledger: PostgresLedger, engine: Engine) -> World:
    """A fresh orchestration whose first step is ready; everything before it is deleted."""
    with engine.begin() as connection:
        for table in ("orchestrations", "sessions", "processes", "stops", "blobs", "quotas", "quota_uses"):
            connection.execute(text(f"DELETE FROM {table}"))
    worker, other_worker = (ledger.register("worker", "here", number, "test") for number in (1, 2))
    host, other_host = (ledger.register("host", "here", number, "test") for number in (3, 4))
    submitted = ledger.submit(NewOrchestration(QUESTION, "scripted", root_task_id="root"))
    return World(ledger, engine, worker, other_worker, host, other_host, submitted.id)
