"""The profile of a table: what a planner may know of it, and never more than fits."""

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replwright.repl.guest.profile import profile
from replwright.repl.profile_code import PROFILE_CODE


def _column(values: list[Any]) -> dict[str, Any]:
    (column,) = profile(pd.DataFrame({"c": values}))["columns"]
    return dict(column)


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([1, 2, 3], "integer"),
        ([1, None, 3], "integer"),
        ([1.5, None], "number"),
        ([1e300, 2.0], "number"),
        ([float("inf"), 1.0], "number"),
        (["a", "b", None], "text"),
        (["2024-01-02", "2024-03-04"], "date"),
        (["01/02/2024", "13/02/2024"], "date"),
        ([pd.Timestamp("2024-01-02")], "date"),
        ([True, False], "boolean"),
        ([True, None], "boolean"),
        ([None, None], "empty"),
        ([1, "a", 2.5], "mixed"),
        ([[1], [2]], "mixed"),
    ],
)
def test_the_type_of_a_column(values: list[Any], kind: str) -> None:
    assert _column(values)["type"] == kind


def test_numbers_have_their_range_and_what_is_missing() -> None:
    told = _column([3, None, 1, 3])
    assert (told["min"], told["max"], told["missing"], told["distinct"]) == (1, 3, 1, 2)
    assert told["samples"] == [3, 1]


def test_dates_have_their_range_and_read_days_first_if_that_reads_more() -> None:
    told = _column(["01/02/2024", "13/02/2024"])
    assert (told["min"][:10], told["max"][:10]) == ("2024-02-01", "2024-02-13")


@pytest.mark.parametrize("values", [["$12,500", "$9,000"], ["12 500 km", "8 000 km"], ["5%", "10%"], ["USD 3", "n/a"]])
def test_numbers_written_as_text_are_noted(values: list[str]) -> None:
    told = _column(values)
    assert told["type"] == "text"
    assert told["numeric_text"] is True
    assert told["numeric_share"] >= 0.5


@pytest.mark.parametrize("values", [["text 1", "text 2"], ["A1", "B2"], ["north", "south"], ["12 Main Street", "x"]])
def test_words_with_digits_are_no_numbers(values: list[str]) -> None:
    assert "numeric_text" not in _column(values)


def test_a_column_of_few_values_lists_them_all_most_frequent_first() -> None:
    assert _column(["S", "N", "S", "W"])["values"] == ["S", "N", "W"]
    assert len(_column([f"value {n % 50}" for n in range(500)])["values"]) == 50
    assert "values" not in _column([f"value {n}" for n in range(500)])


def test_notes_tell_of_repeated_rows_missing_headers_and_no_rows() -> None:
    assert profile(pd.DataFrame({"a": [1, 1]}))["notes"] == ["1 rows repeat an earlier row exactly"]
    assert "no header" in profile(pd.DataFrame({"column_1": [1]}))["notes"][0]
    assert profile(pd.DataFrame({"a": []}))["notes"] == ["the table has no rows"]


def test_a_very_wide_table_fits_and_says_what_was_left_out() -> None:
    text = [f"a rather long text number {n} of many words and more" for n in range(100)]
    told = profile(pd.DataFrame({f"a long column name, number {n}, " + "x" * 150: text for n in range(300)}))
    assert len(json.dumps(told)) <= 48_000
    assert told["notes"][0] == "300 columns; the first 200 are described"
    assert any("columns fit here" in note for note in told["notes"])


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.none()
        | st.integers()
        | st.floats()
        | st.text(max_size=30)
        | st.booleans()
        | st.datetimes()
        | st.lists(st.integers(), max_size=2),
        min_size=1,
        max_size=30,
    )
)
@pytest.mark.filterwarnings("ignore")
def test_any_column_has_a_profile_that_json_carries(values: list[Any]) -> None:
    told = profile(pd.DataFrame({"c": pd.Series(values, dtype=object)}).infer_objects())
    again = json.loads(json.dumps(told, allow_nan=False))
    assert again["rows"] == len(values)
    assert again["columns"][0]["missing"] + 0 <= len(values)


def test_the_code_of_a_profile_task_ends_in_its_value() -> None:
    frame = pd.DataFrame({"a": np.arange(3)})
    head, _, last = PROFILE_CODE.strip().rpartition("\n")
    names: dict[str, Any] = {"inputs": {"t": "/in/t.csv"}, "inputs_df": {"t": frame}}
    exec(compile(head, "<profile>", "exec"), names)
    assert eval(last, names) == profile(frame)
