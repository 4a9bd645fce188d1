"""A part of the corpus through the real sandbox: the code that the offline model writes runs as it will for users."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from orchestration.repl_job import EarlierResult
from orchestration.tools import REPLResult
from replwright.repl.profile_code import PROFILE_CODE
from tests.property.corpus.expected import Case, Topic, hold
from tests.property.corpus.topics import CASES, TOPICS
from tests.support.offline_prompts import ask
from tests.support.plain_repl import Earlier
from tests.support.sandbox import Sandbox, open_folder
from tests.support.tables import write

# Of each topic every seventh question; each table in another format.
CHOSEN = [one for topic in TOPICS for one in [(topic, case) for case in topic.cases][::7]]
FORMATS = ("csv", "parquet", "xlsx", "jsonl", "tsv", "json")


class Sandboxed:
    """One engine, and the tables of the corpus as files that its REPLs read."""

    def __init__(self, sandbox: Sandbox, folder: Path) -> None:
        self._sandbox = sandbox
        self._files = {
            topic.name: write(topic.frame, folder / f"{topic.name}.{FORMATS[at % len(FORMATS)]}")
            for at, topic in enumerate(TOPICS)
        }
        self._profiles: dict[str, dict[str, Any]] = {}
        self._earlier: dict[str, EarlierResult] = {}

    def profile(self, name: str) -> dict[str, Any]:
        if name not in self._profiles:
            outcome = self._sandbox.run(PROFILE_CODE, inputs=[self._files[name]])
            assert outcome.value_json is not None, outcome.stderr
            self._profiles[name] = {"name": name, "format": self._files[name].suffix[1:], **_parsed(outcome.value_json)}
        return self._profiles[name]

    def ask(self, question: str, name: str) -> Any:
        self._earlier = {}
        return ask(question, [self.profile(name)], {name: None}, self._run)

    def _run(
        self, task_id: str, code: str, tables: Mapping[str, Any], earlier: Mapping[str, Earlier]
    ) -> tuple[REPLResult, Earlier]:
        [name] = tables
        ran = self._sandbox.run(code, inputs=[self._files[name]], results=list(self._earlier.values()))
        self._earlier[task_id] = EarlierResult(task_id, ran.stdout, ran.value, ran.value_json)
        result = REPLResult(task_id, ran.is_success, ran.stdout, ran.stderr, error_kind=ran.error_kind, value=ran.value)
        assert ran.is_success, ran.stderr
        return result, Earlier(ran.stdout, ran.value)


@pytest.fixture(scope="module")
def sandboxed() -> Iterator[Sandboxed]:
    with open_folder() as folder, Sandbox(folder, max_live=8) as sandbox:
        yield Sandboxed(sandbox, folder)


@pytest.mark.parametrize(("topic", "case"), CHOSEN, ids=[f"{topic.name}: {case.question}" for topic, case in CHOSEN])
def test_the_sandbox_gives_the_same_answers(sandboxed: Sandboxed, topic: Topic, case: Case) -> None:
    hold(case.answer(topic.frame), sandboxed.ask(case.question, topic.name))


def test_the_two_steps_pass_their_number_through_the_sandbox(sandboxed: Sandboxed) -> None:
    # given
    [(topic, case)] = [one for one in CASES if one[1].question.startswith("find the average patients seen")]
    # when
    answered = sandboxed.ask(case.question, topic.name)
    # then
    hold(case.answer(topic.frame), answered)
    assert list(answered.printed) == ["reference", "rows"]
    assert answered.printed["rows"]["reference"] == answered.printed["reference"]["number"]


def _parsed(value_json: str) -> dict[str, Any]:
    return dict(json.loads(value_json))
