"""The states from which two actors start, and what must be true wherever they end."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection, Engine, text

from models.checker import check
from models.ledger import PostgresLedger
from models.queries.close import close
from models.queries.locks import lock_orchestration
from models.timing import Timing
from models.transactions import transact
from orchestration.records import ClaimedTask, Hint, Landed, Landing, NewOrchestration, PlanCommit, StepClaim
from orchestration.states import Reason
from tests.support.driver import Driver, ScriptedModel, result_of, spawn

QUESTION = "what now?"


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
        self.ledger.commit_plan(self.claim, [spawn("one"), spawn("two")], None)
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

    def lost(self) -> "World":
        """The worker was given up and its step returned; it does not know."""
        self.planning().silent(self.worker)
        self.ledger.sweep()
        return self

    # --- what actors do, each through a ledger of its own

    def do_plan(self, ledger: PostgresLedger, name: str = "early") -> PlanCommit:
        assert self.claim
        return ledger.commit_plan(self.claim, [spawn(name), spawn(f"{name}_too")], "working on it")

    def do_land(self, ledger: PostgresLedger, number: int) -> Landed:
        return ledger.land(self.host, [Landing(self.tasks[number], result_of(self.tasks[number]))])

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
            return [str(violation) for violation in check(connection, slack_s=3600)]

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
        for table in ("orchestrations", "processes", "stops"):
            connection.execute(text(f"DELETE FROM {table}"))
    worker, other_worker = (ledger.register("worker", "here", number, "test") for number in (1, 2))
    host, other_host = (ledger.register("host", "here", number, "test") for number in (3, 4))
    submitted = ledger.submit(NewOrchestration(QUESTION, "scripted", root_task_id="root"))
    return World(ledger, engine, worker, other_worker, host, other_host, submitted.id)
