"""The table of plan rules, row by row."""

import json

import pytest

from orchestration.limits import MAX_CODE_BYTES, MAX_CONTEXT_BYTES
from orchestration.plan import PlanRules, problems_of
from orchestration.tools import MessageToUser, Resume, Tool
from tests.support.turns import spawn


@pytest.mark.parametrize(
    "plan",
    [
        [spawn(), Resume()],
        [spawn()],
        [spawn("a"), spawn("b"), Resume()],
        [MessageToUser("42")],
        [MessageToUser("one"), MessageToUser("two")],
        [MessageToUser("no such column", understood=False)],
        [spawn(), MessageToUser("working on it")],
        [spawn(context_data='{"a": [1, 2]}', timeout_seconds=600)],
        [spawn("a", repl="Kept_1.x-y"), spawn("b", repl="Kept_1.x-y"), spawn("c", repl="x" * 100)],
    ],
)
def test_a_plan_that_follows_the_rules_has_no_problems(plan: list[Tool]) -> None:
    assert problems_of(plan, PlanRules()) == ()


@pytest.mark.parametrize(
    ("plan", "problem"),
    [
        ([], "the plan is empty"),
        ([Resume()], "Resume waits for nothing"),
        ([Resume(), MessageToUser("soon")], "Resume waits for nothing"),
        ([MessageToUser("  ")], "the message is empty"),
        ([MessageToUser("x" * 200_001)], "longer than 200000"),
        ([spawn("a"), spawn("a")], "stands 2 times"),
        ([spawn("old")], "used in an earlier step"),
        ([spawn("bad id")], "task_id takes"),
        ([spawn("")], "task_id takes"),
        ([spawn("a\n")], "task_id takes"),
        ([spawn("ü")], "task_id takes"),
        ([spawn("x" * 101)], "task_id takes"),
        ([spawn(code="  \n")], "code_to_execute is empty"),
        ([spawn(code="def f(:")], "does not compile: line 1"),
        ([spawn(code="return 1")], "does not compile"),
        ([spawn(code="a\0b")], "does not compile"),
        ([spawn(code="(" * 5000)], "does not compile"),
        ([spawn(code="#" * (MAX_CODE_BYTES + 1))], "code_to_execute is over"),
        ([spawn(context_data="{")], "context_data is not JSON"),
        ([spawn(context_data="NaN")], "context_data is not JSON"),
        ([spawn(context_data="[" * 100_000)], "context_data is not JSON"),
        ([spawn(context_data=json.dumps("x" * MAX_CONTEXT_BYTES))], "context_data is over"),
        ([spawn(timeout_seconds=0)], "timeout_seconds"),
        ([spawn(timeout_seconds=601)], "timeout_seconds"),
        ([spawn(repl="")], "repl takes 1 to 100"),
        ([spawn(repl="a b")], "repl takes 1 to 100"),
        ([spawn(repl="../r")], "repl takes 1 to 100"),
        ([spawn(repl="r\n")], "repl takes 1 to 100"),
        ([spawn(repl="é")], "repl takes 1 to 100"),
        ([spawn(repl="x" * 101)], "repl takes 1 to 100"),
        ([spawn(f"t{n}") for n in range(4)], "at most 3"),
        ([spawn(), MessageToUser("no", understood=False)], "must stand alone"),
    ],
)
def test_a_plan_that_breaks_a_rule_is_told_which(plan: list[Tool], problem: str) -> None:
    found = problems_of(plan, PlanRules(used_task_ids=frozenset({"old"}), max_spawns=3))
    assert any(problem in each for each in found), found


def test_contexts_that_are_small_alone_may_be_too_much_together() -> None:
    big = json.dumps("x" * (MAX_CONTEXT_BYTES - 2))
    plan = [spawn(f"t{n}", context_data=big) for n in range(6)]
    assert any("together" in problem for problem in problems_of(plan, PlanRules()))


def test_waiting_and_telling_is_fine_while_something_is_active() -> None:
    rules = PlanRules(active_tasks=frozenset({"slow"}))
    assert problems_of([Resume(), MessageToUser("soon")], rules) == ()


def test_ten_thousand_spawns_are_refused_in_one_line() -> None:
    problems = problems_of([spawn("same") for _ in range(10_000)], PlanRules())
    assert len(problems) == 1


def test_code_that_nobody_could_repair_is_left_to_its_repl() -> None:
    assert problems_of([spawn(code="def f(:")], PlanRules(must_compile=False)) == ()
