"""The jobs of a soak: their code gives the answers that they are judged by, crashed runs or not."""

import ast
import csv
import io
import json
import random
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pandas as pd

from tests.reliability.soak.book import Book, Ended, wrong_with
from tests.reliability.soak.jobs import Job, Kind, make, number_of
from tests.reliability.soak.script import Seen, reply
from tests.support.seeds import seeds


class _Run:
    """Runs a job's plans with plain Python. Every so often a run crashes, and leaves nothing."""

    def __init__(self, job: Job, chance: random.Random, crashes: float) -> None:
        self.job, self.chance, self.crashes = job, chance, crashes
        self.repls: dict[str, dict[str, Any]] = {}
        self.seen: list[Seen] = []

    def answer(self) -> str:
        rejected = False
        for _ in range(20):
            plan = json.loads(reply(self.job, self.seen, rejected))
            if plan[0]["type"] == "message_to_user":
                return str(plan[0]["message"])
            ids = [each["task_id"] for each in plan if each["type"] == "spawn_repl"]
            rejected = len(set(ids)) < len(ids)
            if not rejected:
                self.seen += [self.run(each) for each in plan[:-1]]
        raise AssertionError(f"no answer: {self.job}")

    def run(self, spawn: dict[str, Any]) -> Seen:
        if self.chance.random() < self.crashes:
            return Seen(spawn["task_id"], False, None, "crashed")
        if "timeout_seconds" in spawn:
            return Seen(spawn["task_id"], False, None, "timed_out")
        names = self.repls.setdefault(spawn["repl"], {}) if "repl" in spawn else {}
        names["results"] = {each.task_id: SimpleNamespace(value=each.value) for each in self.seen if each.is_success}
        if self.job.table is not None:
            table = self.job.table.decode()
            names |= {"inputs": {"t": "t.csv"}, "inputs_df": {"t": pd.read_csv(io.StringIO(table))}}
            names["open"] = lambda _: io.StringIO(table)
        parsed = ast.parse(spawn["code_to_execute"].replace("time.sleep(", "float("))
        last = parsed.body.pop() if isinstance(parsed.body[-1], ast.Expr) else None
        try:
            exec(compile(parsed, "task", "exec"), names)
            value = eval(compile(ast.Expression(last.value), "task", "eval"), names) if last else None
        except ValueError:
            return Seen(spawn["task_id"], False, None, "exception")
        return Seen(spawn["task_id"], True, repr(value), None)


def test_every_job_is_led_to_the_answer_that_its_own_code_gives() -> None:
    kinds = set()
    for seed in seeds("soak jobs", 2):
        for number in range(1, 90):
            job = make(seed, number)
            chance = random.Random(f"{seed} {number}")
            assert make(seed, number) == job
            assert number_of(job.question) == number
            expected = job.answer or json.dumps({"x": str(job.added)})
            for crashes in (0.0, 0.2):
                if job.kind is not Kind.DEADLINE or job.rounds[0][0].id != "sleeps":
                    assert _Run(job, chance, crashes).answer() == expected
            kinds.add(job.kind)
    assert kinds == set(Kind)


def test_a_table_holds_the_numbers_that_its_job_expects() -> None:
    job = next(job for number in range(1, 200) if (job := make(7, number)).table is not None)

    assert job.table is not None
    values = [int(row["v"]) for row in csv.DictReader(io.StringIO(job.table.decode()))]
    assert [task.expected for task in job.rounds[0]] == [str(sum(values)), str(max(values))]


def test_only_what_may_happen_to_a_job_of_its_kind_is_right() -> None:
    plain = next(job for number in range(1, 200) if (job := make(7, number)).kind is Kind.PLAIN)
    cancelled = next(job for number in range(1, 200) if (job := make(7, number)).kind is Kind.CANCELLED)

    assert wrong_with(plain, "1", Ended("answered", "1", None)) is None
    assert wrong_with(plain, "1", Ended("answered", "2", None)) is not None
    assert wrong_with(plain, "1", Ended("cancelled", None, None)) is not None
    assert wrong_with(plain, "1", Ended("poisoned", None, "10 workers died")) is not None
    assert wrong_with(cancelled, "1", Ended("cancelled", None, None)) is None
    assert wrong_with(cancelled, "1", Ended("deadline_exceeded", None, None)) is not None


def test_jobs_of_a_session_must_answer_with_what_all_before_them_added() -> None:
    book = Book()
    jobs = [job for number in range(1, 300) if (job := make(7, number)).session is not None]
    same = [job for job in jobs if job.session == jobs[0].session][:3]
    ids = [uuid4() for _ in same]
    for job, number in zip(same, ids, strict=True):
        book.accept(job, number)

    # when the third says what it would without the second
    wrong = same[0].added + same[2].added
    book.end(ids[0], Ended("answered", json.dumps({"x": str(same[0].added)}), None))
    book.end(ids[1], Ended("answered", json.dumps({"x": str(same[0].added + same[1].added)}), None))
    book.end(ids[2], Ended("answered", json.dumps({"x": str(wrong)}), None))

    assert len(book.wrong) == 1
    assert f"job {same[2].number} " in book.wrong[0]
    assert not book.open
