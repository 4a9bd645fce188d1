"""The model of a soak: a real loopback server that knows every job by its question, with a log that outlives kills."""

import json
import os
import random
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any

from tests.reliability.soak.jobs import make, number_of
from tests.reliability.soak.script import reply, seen_in
from tests.support.scripted_model import DEFAULT_MAX_STEPS, Answer, ScriptedModel, _sections


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: of which job, at which of its turns (from 1), what for, and the task ids that it showed."""

    job: int
    turn: int
    repair: int
    at: float
    saw: tuple[str, ...]


class SoakModel(ScriptedModel):
    """Keeps nothing in memory: each request is a line of `path`, fsynced before it is answered."""

    def __init__(self, seed: int, path: Path) -> None:
        super().__init__(())
        self._seed = seed
        self._path = path
        self.asked = 0

    def answer(self, body: Mapping[str, Any], key_sent: bool) -> Answer:
        try:
            return self._planned(body)
        except Exception as error:
            self.errors.append(error)
            return Answer(repr(error), status=HTTPStatus.INTERNAL_SERVER_ERROR)

    def _planned(self, body: Mapping[str, Any]) -> Answer:
        state, query = _sections(body["messages"])
        number = number_of(query["message"])
        turn = DEFAULT_MAX_STEPS - int(state["steps_left"])
        rejected = bool(state.get("plan_errors"))
        results = seen_in(state)
        asked = [number, turn, int(rejected), time.time(), [result.task_id for result in results]]
        with self._lock:
            self.asked += 1
            with self._path.open("a") as file:
                file.write(json.dumps(asked) + "\n")
                file.flush()
                os.fsync(file.fileno())
        # Long enough that kills meet calls under way, and now and then a slow one.
        chance = random.Random(f"{self._seed} {number} {turn}")
        delay_s = chance.uniform(3.0, 5.0) if chance.random() < 0.1 else chance.uniform(0.2, 2.0)
        return Answer(reply(make(self._seed, number), results, rejected), delay_s=delay_s)


def read_log(path: Path) -> Iterator[Asked]:
    """Every request so far, oldest first."""
    with path.open() as file:
        for line in file:
            number, turn, repair, at, saw = json.loads(line)
            yield Asked(number, turn, repair, at, tuple(saw))
