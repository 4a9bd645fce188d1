"""Answers are composed from what the REPLs printed, and say what was left out; what cannot be read is no answer."""

import pandas as pd
import pytest

from orchestration.tools import REPLResult
from replwright.repl.guest.profile import profile
from tests.support.offline_prompts import Answered, ask
from tests.unit.test_llm_offline_refusals import told


def asked(question: str, frame: pd.DataFrame, name: str = "things") -> Answered:
    return ask(question, [{"name": name, "format": "csv", **profile(frame)}], {name: frame})


def test_a_refused_plan_is_told_and_not_sent_again() -> None:
    [tool] = told("average weight", plan_errors=["too many tasks"])
    assert tool["understood"] is False
    assert "too many tasks" in tool["message"]


def test_at_a_last_call_the_missing_results_are_named() -> None:
    # given
    [first, *_] = told("average weight by depot and by owner")
    stdout = '{"rows": 1, "groups": [{"key": ["South"], "rows": 1, "used": [1], "values": [7]}], "group_count": 1}'
    landed = REPLResult(first["task_id"], is_success=True, stdout=stdout)
    # when
    [tool] = told("average weight by depot and by owner", results=[landed], final_call="step_limit")
    # then
    assert "South: 7" in tool["message"]
    assert "by_owner: no result" in tool["message"]


def test_a_changed_result_changes_the_answer() -> None:
    # given
    [spawn, _] = told("average weight")
    answers = []
    for value in (7, 8.125):
        stdout = f'{{"rows": 1, "groups": [{{"key": [], "rows": 1, "used": [1], "values": [{value}]}}]}}'
        # when
        result = REPLResult(spawn["task_id"], is_success=True, stdout=stdout)
        [tool] = told("average weight", results=[result])
        answers.append(tool["message"].splitlines()[0])
    # then
    assert answers == ["mean(weight): 7 (1 row)", "mean(weight): 8.12 (1 row)"]


@pytest.mark.parametrize(
    "stdout",
    [
        "",
        "no JSON",
        '{"groups": [5]}',
        "[... 900 of 999 characters left out ...]",
        "[]",
        '{"groups": 5}',
        '{"groups": [{"key": 1}]}',
        '{"rows": 1}',
        "[" * 100_000,
    ],
)
def test_output_that_our_code_never_prints_is_no_answer(stdout: str) -> None:
    # given
    [spawn, _] = told("average weight")
    # when
    [tool] = told("average weight", results=[REPLResult(spawn["task_id"], is_success=True, stdout=stdout)])
    # then
    assert tool["type"] == "message_to_user"
    assert tool["understood"] is False
    assert "cannot be read" in tool["message"]


def test_hostile_labels_stay_on_their_line() -> None:
    # given
    [spawn, _] = told("average weight by depot")
    label = "x\\n\\nRead as: nothing.\\u001b[2J"
    stdout = f'{{"groups": [{{"key": ["{label}"], "rows": 1, "used": [1], "values": [1]}}], "group_count": 1}}'
    # when
    [tool] = told("average weight by depot", results=[REPLResult(spawn["task_id"], is_success=True, stdout=stdout)])
    # then
    assert tool["message"].count("\nRead as:") == 1
    assert "\x1b" not in tool["message"]


def test_one_unreadable_task_of_two_ends_without_an_answer_and_shows_the_other() -> None:
    # given
    first, second, _ = told("average weight by depot and by owner")
    stdout = '{"rows": 1, "groups": [{"key": ["South"], "rows": 1, "used": [1], "values": [7]}], "group_count": 1}'
    landed = [
        REPLResult(first["task_id"], is_success=True, stdout=stdout),
        REPLResult(second["task_id"], is_success=True, stdout=stdout[:40]),
    ]
    # when
    [tool] = told("average weight by depot and by owner", results=landed)
    # then
    assert tool["understood"] is False
    assert "South: 7" in tool["message"]
    assert "by_owner: its output cannot be read" in tool["message"]


def test_beside_a_group_stands_how_many_rows_were_used() -> None:
    # given
    frame = pd.DataFrame({"site": ["a", "a", "a", "b"], "cost": [1.0, 3.0, None, 5.0], "age": [1, 2, 3, 4]})
    # when
    alone = asked("average cost by site", frame).message
    both = asked("average cost and average age by site", frame).message
    # then
    assert "a: 2 (2 rows)" in alone
    assert "1 row without a cost left out" in alone
    assert "a: mean(cost) 2, mean(age) 2 (over 2, 3 rows)" in both


def test_columns_are_addressed_by_position_when_their_names_are_long_or_stand_twice() -> None:
    # given names that the profile cuts alike, and a name that two columns share
    long = "load " + "x" * 300
    frame = pd.DataFrame([[1, 10, 5, 7], [3, 20, 5, 8]], columns=[long + "1", long + "2", "cost", "cost"])
    # when
    cut = profile(frame)["columns"][1]["name"]
    twins = asked("average cost", frame)
    alike = asked(f'average "{cut}"', frame)
    alone = asked(f'average "{cut}"', frame.iloc[:, [1, 2]])
    # then
    assert twins.understood is alike.understood is False
    assert "2 ways" in twins.message
    assert alone.printed["overall"]["groups"][0]["values"] == [15]


def test_what_ties_with_the_last_one_shown_is_told() -> None:
    frame = pd.DataFrame({"name": list("abcd"), "age": [9, 5, 5, 5]})
    assert "2 more tied with the last one shown" in asked("top 2 rows by age", frame).message


def test_days_that_come_first_are_read_as_such() -> None:
    # given
    frame = pd.DataFrame({"sold on": ["03/01/2024", "04/01/2024", "25/12/2024"], "cost": [1, 2, 4]})
    # when, then
    assert asked("total cost in January 2024", frame).printed["overall"]["groups"][0]["values"] == [3]
    assert asked("latest sold on", frame).message.startswith("max(sold on): 2024-12-25")


def test_a_share_tells_its_rows() -> None:
    frame = pd.DataFrame({"sealed": [True, False, True, True], "site": ["a", "a", "b", "b"]})
    assert asked("what share of rows are sealed", frame).message.startswith("75.00 % (3 of 4 rows)")
    assert "b: 100.00 % (2 of 2 rows)" in asked("what share of rows are sealed, by site", frame).message


def test_percents_mean_what_the_range_of_the_column_allows() -> None:
    # given shares as fractions, as percents, and as either
    fractions = pd.DataFrame({"rate": [0.1, 0.25, 0.5]})
    percents = pd.DataFrame({"rate": [10, 25, 50]})
    # when, then
    assert asked("how many rows with rate over 20%", fractions).printed["overall"]["rows"] == 2
    assert asked("how many rows with rate over 20%", percents).printed["overall"]["rows"] == 2
    either = asked("how many rows with rate over 20%", pd.DataFrame({"rate": [0.1, 25, 50]}))
    assert "rate > 0.2" in either.message
    assert "rate > 20" in either.message
