"""How much does an orchestration add to the time of its model and its code? Two turns, two REPL tasks, both idle."""

import os
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from celery import Celery

from benchmarks.report import Measured
from orchestration.records import NewOrchestration
from replwright.local.endpoints import Endpoints
from tests.support.plans import message, spawns
from tests.support.scripted_model import ScriptedModel

POLL_S = 0.002
# Looking only past these keeps the watcher's own queries small; a job of this shape has more.
MOST_EVENTS_BEFORE_END = 5
WARM_UP = 5


def measure(endpoints: Endpoints, model: ScriptedModel, count: int = 60) -> list[Measured]:
    """Milliseconds from submit to answer, one job at a time, taken in turns with the bare floor."""
    from workers import wiring

    ours: list[float] = []
    bare: list[float] = []
    with bare_worker(endpoints) as bare_job:
        for number in range(count + WARM_UP):
            a, b = _job(wiring), bare_job()
            if number >= WARM_UP:
                ours.append(a)
                bare.append(b)
    return [
        Measured("bare Celery plan + resume + Postgres", "ms", bare),
        Measured(
            "orchestration: 2 turns, 2 REPL tasks", "ms", ours, "bare Celery plan + resume + Postgres",
            f"{len(model.requests)} model calls on loopback, included",
        ),
    ]  # fmt: skip


def script(turn: int) -> str:
    """A model that costs nothing: two tasks, then the answer."""
    return spawns(a="1 + 1", b="2 + 2") if turn == 1 else message("two and four")


def _job(wiring: object) -> float:
    ledger, hints = wiring.ledger(), wiring.hints()  # type: ignore[attr-defined]
    started = time.perf_counter()
    submitted = ledger.submit(NewOrchestration("what is it?", "scripted", root_task_id=str(uuid.uuid4())))
    hints.send(submitted.hints)
    while not any(event.name == "ended" for event in ledger.events(submitted.id, after=MOST_EVENTS_BEFORE_END)):
        time.sleep(POLL_S)
    spent = (time.perf_counter() - started) * 1000
    view = ledger.get(submitted.id)
    assert view.answer == "two and four", view
    return float(spent)


@contextmanager
def bare_worker(endpoints: Endpoints) -> Iterator["BareJob"]:
    """A worker that serves benchmarks.bare on the stack's own servers."""
    url = endpoints.database_url.replace("+psycopg", "")
    environ = os.environ | {"BARE_BROKER_URL": endpoints.broker_url, "BARE_DATABASE_URL": url}
    command = [
        sys.executable,
        "-m",
        "celery",
        "-A",
        "benchmarks.bare",
        "worker",
        "-Q",
        "bare",
        "-P",
        "threads",
        "-c",
        "4",
    ]
    command += ["--without-mingle", "--without-gossip"]
    worker = subprocess.Popen(command, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("CREATE TABLE IF NOT EXISTS bare (id int PRIMARY KEY, state text)")
            yield BareJob(connection, Celery("sender", broker=endpoints.broker_url, set_as_current=False))
            connection.execute("DROP TABLE bare")
    finally:
        worker.terminate()
        worker.wait()


class BareJob:
    def __init__(self, connection: psycopg.Connection[tuple[str]], app: Celery) -> None:
        self._connection = connection
        self._app = app
        self._number = 0

    def __call__(self) -> float:
        self._number += 1
        started = time.perf_counter()
        self._connection.execute("INSERT INTO bare VALUES (%s, 'queued')", (self._number,))
        self._app.send_task("bare.plan", args=[self._number], queue="bare")
        while True:
            row = self._connection.execute("SELECT state FROM bare WHERE id = %s", (self._number,)).fetchone()
            if row and row[0] == "done":
                return (time.perf_counter() - started) * 1000
            time.sleep(POLL_S)
