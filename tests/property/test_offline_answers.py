"""The offline model's answers on tables it was not designed around, held against pandas on the truth behind them."""

import math
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from replwright.repl.guest.profile import profile
from tests.property import oracle
from tests.property.dirty_tables import Column, DirtyTable, tables
from tests.support.offline_prompts import Answered, ask

FUNCTIONS = {"mean": "average", "sum": "total", "median": "median", "min": "minimum", "max": "highest"}
COMPARISONS: dict[str, Any] = {
    "over": lambda cell, limit: cell > limit,
    "under": lambda cell, limit: cell < limit,
    "at least": lambda cell, limit: cell >= limit,
    "at most": lambda cell, limit: cell <= limit,
}
quickly = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


SPOKEN = {
    "max load": "Max Load",
    "unitWeight": "unit weights",
    "Speed (knots)": "speed knots",
    "number_of_doors": "number of doors",
    "Home City": "home cities",
    "kind_of_thing": "kind of thing",
    "Größe": "größe",
}


def said(column: Column) -> str:
    """How a person names a column: in words where it has some, else exactly, in quotes."""
    return SPOKEN.get(column.name, f'"{column.name}"')


def answered(question: str, table: DirtyTable) -> Answered:
    frame = table.frame
    told = {"name": "things", "format": "csv", **profile(frame)}
    kinds = {column["name"]: column for column in told["columns"]}
    for column in table.of(is_number=True):
        shown = kinds[column.name]
        assume(shown["type"] in ("integer", "number") or shown.get("numeric_text"))
    answer = ask(question, [told], {"things": frame})
    assert answer.understood is None, answer.message
    return answer


def same(found: Any, expected: float | None) -> bool:
    if found is None or expected is None:
        return found is expected
    return math.isclose(found, expected, rel_tol=1e-9, abs_tol=1e-6)


def groups_of(printed: dict[str, Any]) -> dict[tuple[str, ...], list[Any]]:
    return {tuple(str(part).casefold() for part in group["key"]): group["values"] for group in printed["groups"]}


@quickly
@given(tables(), st.sampled_from(sorted(FUNCTIONS)), st.data())
def test_an_aggregate_equals_the_oracles(table: DirtyTable, function: str, data: st.DataObject) -> None:
    # given
    column = data.draw(st.sampled_from(table.of(is_number=True)))
    # when
    answer = answered(f"What is the {FUNCTIONS[function]} {said(column)}?", table)
    # then
    printed = answer.printed["overall"]
    expected = oracle.measured(table.truth, function, column.name)
    assert same(printed["groups"][0]["values"][0], expected)
    missing, unreadable = oracle.left_out(column.truth, column.texts)
    assert printed["left_out"][column.name] == {"missing": missing, "unreadable": unreadable}
    assert (f"{missing} row" in answer.message) or not missing


@quickly
@given(tables(), st.sampled_from(sorted(FUNCTIONS)), st.data())
def test_groups_equal_the_oracles(table: DirtyTable, function: str, data: st.DataObject) -> None:
    # given
    column = data.draw(st.sampled_from(table.of(is_number=True)))
    grouping = data.draw(st.lists(st.sampled_from(table.of(is_number=False)), min_size=1, max_size=2, unique=True))
    # when
    named = " and ".join(said(one) for one in grouping)
    answer = answered(f"{FUNCTIONS[function]} {said(column)} by {named}", table)
    # then
    [printed] = answer.printed.values()
    expected = oracle.by_groups(table.truth, [one.name for one in grouping], function, column.name)
    found = groups_of(printed)
    assert found.keys() == expected.keys()
    assert all(same(found[key][0], expected[key]) for key in expected)


@quickly
@given(tables(), st.data())
def test_two_groupings_are_two_tasks_that_run_at_once(table: DirtyTable, data: st.DataObject) -> None:
    # given
    labels = table.of(is_number=False)
    assume(len(labels) > 1)
    column = data.draw(st.sampled_from(table.of(is_number=True)))
    # when
    answer = answered(f"average {said(column)} by {said(labels[0])} and by {said(labels[1])}", table)
    # then
    assert (len(answer.printed), answer.turns) == (2, 2)
    for label, printed in zip(labels, answer.printed.values(), strict=True):
        expected = oracle.by_groups(table.truth, [label.name], "mean", column.name)
        assert all(same(values[0], expected[key]) for key, values in groups_of(printed).items())


@quickly
@given(tables(), st.sampled_from(sorted(COMPARISONS)), st.booleans(), st.data())
def test_conditions_keep_the_oracles_rows(
    table: DirtyTable, comparison: str, with_value: bool, data: st.DataObject
) -> None:
    # given
    column = data.draw(st.sampled_from(table.of(is_number=True)))
    limit = data.draw(st.sampled_from([cell for cell in column.truth if cell is not None]))
    conditions = [oracle.Condition(column.name, lambda cell: COMPARISONS[comparison](cell, limit))]
    question = f"how many rows have {said(column)} {comparison} {limit:.10g}"
    if with_value:
        label = data.draw(st.sampled_from(table.of(is_number=False)))
        value = data.draw(st.sampled_from([cell for cell in label.truth if cell is not None]))
        holders = [one.name for one in table.of(is_number=False) if value in one.truth]
        assume(holders == [label.name])
        conditions.append(oracle.Condition(label.name, lambda cell: cell == value))
        question += f' and {said(label)} is "{value}"'
    # when
    answer = answered(question, table)
    # then
    assert answer.printed["overall"]["rows"] == len(oracle.kept(table.truth, conditions))


@quickly
@given(tables(), st.integers(1, 4), st.booleans(), st.data())
def test_a_ranking_of_groups_equals_the_oracles(
    table: DirtyTable, count: int, highest: bool, data: st.DataObject
) -> None:
    # given
    column = data.draw(st.sampled_from(table.of(is_number=True)))
    label = data.draw(st.sampled_from(table.of(is_number=False)))
    # when
    end = "top" if highest else "bottom"
    answer = answered(f"{end} {count} {said(label)} by average {said(column)}", table)
    # then
    [printed] = answer.printed.values()
    groups = oracle.by_groups(table.truth, [label.name], "mean", column.name)
    expected = oracle.top_groups(groups, count, highest)
    found = [group["values"][0] for group in printed["groups"]]
    assert len(found) == len(expected)
    assert all(same(one, other) for one, other in zip(found, expected, strict=True))


@quickly
@given(tables(), st.sampled_from(("near", "above", "below")), st.data())
def test_two_steps_use_the_first_ones_number(table: DirtyTable, relation: str, data: st.DataObject) -> None:
    # given
    column = data.draw(st.sampled_from(table.of(is_number=True)))
    mean = oracle.measured(table.truth, "mean", column.name)
    assert mean is not None
    passes = {
        "near": lambda cell: abs(cell - mean) <= 0.1 * abs(mean),
        "above": lambda cell: cell > mean,
        "below": lambda cell: cell < mean,
    }[relation]
    cells = [cell for cell in column.truth if cell is not None]
    # A cell that stands on the edge may fall on either side of it by the last bit of the sum.
    assume(not any(math.isclose(abs(cell - mean), edge, rel_tol=1e-6) for cell in cells for edge in (0.1 * abs(mean),)))
    assume(not any(math.isclose(cell, mean, rel_tol=1e-9) for cell in cells))
    # when
    answer = answered(f"Find the average {said(column)}, then the rows {relation} that {said(column)}", table)
    # then
    assert answer.turns == 3
    assert same(answer.printed["reference"]["number"], mean)
    rows = oracle.kept(table.truth, [oracle.Condition(column.name, passes)])
    assert answer.printed["rows"]["matching"] == len(rows)
    assert f"{mean!r}" not in answer.codes["rows"]


@quickly
@given(tables(), st.data())
def test_comparing_two_values_equals_the_oracles(table: DirtyTable, data: st.DataObject) -> None:
    # given
    column = data.draw(st.sampled_from(table.of(is_number=True)))
    label = data.draw(st.sampled_from(table.of(is_number=False)))
    values = sorted({cell for cell in label.truth if cell is not None})
    others = {cell for one in table.of(is_number=False) if one is not label for cell in one.truth}
    assume(len(values) > 1 and not others & set(values[:2]))
    # when
    answer = answered(f'compare the average {said(column)} of "{values[0]}" and "{values[1]}"', table)
    # then
    [printed] = answer.printed.values()
    expected = oracle.by_groups(table.truth, [label.name], "mean", column.name)
    found = groups_of(printed)
    assert found.keys() == {(value,) for value in values[:2]}
    assert all(same(values[0], expected[key]) for key, values in found.items())


@pytest.mark.parametrize("name", ["cost", "max load", "unitWeight", "number_of_doors"])
def test_column_names_are_found_whatever_their_case_plural_and_joints(name: str) -> None:
    # given
    told = {"name": "things", "format": "csv", "rows": 1, "columns": [{"name": name, "type": "integer"}], "notes": []}
    spoken = {
        "cost": "Costs",
        "max load": "MAX LOADS",
        "unitWeight": "unit weights",
        "number_of_doors": "number of doors",
    }
    # when
    frame = DirtyTable((Column(name, True, (4.0,), ("4",)),)).frame
    answer = ask(f"What is the average {spoken[name]}?", [told], {"things": frame})
    # then
    assert answer.printed["overall"]["groups"][0]["values"] == [4]
