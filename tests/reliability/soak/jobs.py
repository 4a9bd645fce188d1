"""The jobs of a soak: pure functions of (seed, number), with numbers of their own and answers that are known before."""

import csv
import io
import json
import random
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

ROUNDS_S = 600.0
SESSIONS = 6


class Kind(StrEnum):
    """`twice` is submitted twice under one key; `repaired` gets a plan first that breaks the rules."""

    PLAIN = "plain"
    NAMED = "named"
    TABLE = "table"
    SESSION = "session"
    FAILING = "failing"
    REPAIRED = "repaired"
    TWICE = "twice"
    CANCELLED = "cancelled"
    DEADLINE = "deadline"


WEIGHTS: Mapping[Kind, int] = {
    Kind.PLAIN: 30,
    Kind.NAMED: 10,
    Kind.TABLE: 8,
    Kind.SESSION: 14,
    Kind.FAILING: 6,
    Kind.REPAIRED: 6,
    Kind.TWICE: 10,
    Kind.CANCELLED: 8,
    Kind.DEADLINE: 8,
}


@dataclass(frozen=True, slots=True)
class Task:
    """One REPL task. In `code`, `@id@` stands for the run of task `id` that succeeded.

    `expected` is its value, or how it must fail; None: not part of the answer.
    """

    id: str
    code: str
    expected: str | None
    repl: str | None = None
    timeout_s: int | None = None


@dataclass(frozen=True, slots=True)
class Job:
    """`added` is what it adds to its session's counter. `table` are the bytes of its CSV."""

    number: int
    kind: Kind
    question: str
    rounds: tuple[tuple[Task, ...], ...]
    session: str | None = None
    added: int = 0
    deadline_s: float = ROUNDS_S
    cancel_after_s: float | None = None
    table: bytes | None = None

    @property
    def answer(self) -> str | None:
        """What it must answer if it does; None where that depends on the session's earlier jobs."""
        if self.session is not None:
            return None
        told = {task.id: task.expected for tasks in self.rounds for task in tasks if task.expected is not None}
        return json.dumps(told, sort_keys=True)

    def key(self, seed: int) -> str:
        """The idempotency key of its submit."""
        return f"soak-{seed}-{self.number}"


def number_of(question: str) -> int:
    """The job that asks this."""
    return int(question.split()[2])


def make(seed: int, number: int) -> Job:
    """Job `number` of the soak with this seed."""
    chance = random.Random(f"{seed} job {number}")
    kind = chance.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
    question = f"soak job {number} of {seed}: what do its tasks say?"
    if kind is Kind.SESSION:
        first, second = chance.randint(1, 9), chance.randint(1, 9)
        tasks: tuple[Task, ...] = (_add("a", first, "main"), _add("b", second, "main"))
        session = f"soak-{seed}-{chance.randrange(SESSIONS)}"
        return Job(number, kind, question, (tasks, (Task("x", "x", "session", "main"),)), session, first + second)
    if kind is Kind.NAMED:
        added = [chance.randint(1, 99) for _ in range(chance.randint(2, 4))]
        tasks = tuple(_add(f"add{place}", each, "acc") for place, each in enumerate(added))
        return Job(number, kind, question, (tasks, (Task("x", "x", str(sum(added)), "acc"),)))
    if kind is Kind.TABLE:
        return _of_table(number, question, chance)
    if kind is Kind.FAILING:
        failing = (
            _sum("good", chance, 0.0),
            Task("raises", "raise ValueError('asked for')", "exception"),
            Task("hangs", "import time\ntime.sleep(60)", "timed_out", timeout_s=1),
        )
        return Job(number, kind, question, (failing, (_total("total", ("good",), failing, chance),)))
    slow = kind in (Kind.CANCELLED, Kind.DEADLINE)
    rounds = _rounds(chance, 2.0 if slow else 0.4)
    if kind is Kind.DEADLINE:
        hopeless = chance.random() < 0.5
        rounds = ((Task("sleeps", "import time\ntime.sleep(25)", "None"),),) if hopeless else rounds
        return Job(number, kind, question, rounds, deadline_s=chance.uniform(3.0, 9.0))
    cancel_after_s = chance.uniform(0.2, 5.0) if kind is Kind.CANCELLED else None
    return Job(number, kind, question, rounds, cancel_after_s=cancel_after_s)


def _rounds(chance: random.Random, most_s: float) -> tuple[tuple[Task, ...], ...]:
    first = tuple(_sum(f"r1_{place}", chance, chance.uniform(0.0, most_s)) for place in range(chance.randint(2, 5)))
    second = tuple(
        _total(f"r2_{place}", [task.id for task in chance.sample(first, 2)], first, chance)
        for place in range(chance.randint(1, 3))
    )
    if chance.random() < 0.5:
        return first, second
    return first, second, (_total("r3", [task.id for task in second], second, chance),)


def _sum(name: str, chance: random.Random, sleep_s: float) -> Task:
    low, high, modulus = chance.randint(0, 999), chance.randint(1000, 3000), chance.randint(7, 9999)
    code = f"sum(i * i % {modulus} for i in range({low}, {high}))"
    slept = f"import time\ntime.sleep({sleep_s:.2f})\n" if sleep_s > 0.05 else ""
    return Task(name, slept + code, str(sum(i * i % modulus for i in range(low, high))))


def _total(name: str, of: list[str] | tuple[str, ...], before: tuple[Task, ...], chance: random.Random) -> Task:
    """A task that adds up the values of earlier ones, read from their results."""
    plus = chance.randint(1, 10**6)
    values = [int(task.expected or 0) for task in before if task.id in of]
    code = " + ".join(f'int(results["@{each}@"].value)' for each in of)
    return Task(name, f"{code} + {plus}", str(sum(values) + plus))


def _add(name: str, added: int, repl: str) -> Task:
    """Count in a named REPL. A crash in it takes its run back as a whole, so no addition counts twice."""
    return Task(name, f"try:\n    x += {added}\nexcept NameError:\n    x = {added}\nx", None, repl)


def _of_table(number: int, question: str, chance: random.Random) -> Job:
    # Some tables are shared between jobs, so that their profile is known already.
    numbers = random.Random(f"table {number % 5}") if chance.random() < 0.3 else chance
    rows = [numbers.randint(-(10**6), 10**6) for _ in range(40)]
    text = io.StringIO()
    csv.writer(text).writerows([("row", "v"), *enumerate(rows)])
    frame = Task("frame", 'int(inputs_df["t"]["v"].sum())', str(sum(rows)))
    plain = Task(
        "plain",
        'import csv\nwith open(inputs["t"]) as f:\n    top = max(int(row["v"]) for row in csv.DictReader(f))\ntop',
        str(max(rows)),
    )
    rounds = ((frame, plain), (_total("total", ("frame", "plain"), (frame, plain), chance),))
    return Job(number, Kind.TABLE, question, rounds, table=text.getvalue().encode())
