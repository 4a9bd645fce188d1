"""What a guest reports is believed only as far as it can be."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestration.limits import TaskLimits
from orchestration.states import ErrorKind
from replwright.repl import result
from replwright.repl.frames import ProtocolViolation

LIMITS = TaskLimits(timeout_s=5.0, value_bytes=100)
HONEST: dict[str, Any] = {"error_kind": None, "value": "1", "value_json": "1", "seconds": 0.5}


def test_an_honest_report_is_taken_as_it_is() -> None:
    assert result.done(HONEST, LIMITS) == result.Done(None, "1", "1", 0.5)


@pytest.mark.parametrize("kind", ["exception", "denied", "out_of_memory", "output_limit"])
def test_a_guest_may_report_the_kinds_that_it_can_know(kind: str) -> None:
    assert result.done(HONEST | {"error_kind": kind}, LIMITS).error_kind is ErrorKind(kind)


@pytest.mark.parametrize(
    "changes",
    [
        {"error_kind": "timed_out"},
        {"error_kind": "crashed"},
        {"error_kind": ["exception"]},
        {"error_kind": "Exception"},
        {"value": 1},
        {"value": "x" * 101},
        {"value_json": {"a": 1}},
        {"value_json": "NaN"},
        {"value_json": "[1"},
        {"seconds": None},
        {"seconds": "1"},
        {"seconds": True},
        {"seconds": -0.1},
        {"seconds": float("inf")},
        {"seconds": 10**400},
        {"task_id": "x"},
    ],
)
def test_anything_else_is_a_violation(changes: dict[str, Any]) -> None:
    with pytest.raises(ProtocolViolation):
        result.done(HONEST | changes, LIMITS)


@pytest.mark.parametrize("message", [None, [], "done", 1, {}])
def test_a_report_of_another_shape_is_a_violation(message: object) -> None:
    with pytest.raises(ProtocolViolation):
        result.done(message, LIMITS)


def test_a_claimed_time_is_at_most_the_timeout() -> None:
    assert result.done(HONEST | {"seconds": 1e6}, LIMITS).seconds == 5.0


@given(st.text(alphabet=st.characters(codec=None), max_size=60))
def test_every_text_becomes_one_that_can_be_stored(text: str) -> None:
    value = result.done(HONEST | {"value": text}, LIMITS).value
    assert value is not None
    assert "\0" not in value
    value.encode("utf-8")


@given(st.text(alphabet=st.characters(codec=None), max_size=20))
def test_a_json_value_is_one_that_can_be_stored_or_none(text: str) -> None:
    value = result.done(HONEST | {"value_json": json.dumps(text)}, TaskLimits(value_bytes=1000)).value_json
    if value is not None:
        assert json.loads(value) == text
        value.encode("utf-8")
        assert "\\u0000" not in value


@given(st.text(alphabet=st.characters(codec=None)))
def test_every_file_name_becomes_a_plain_one(name: str) -> None:
    safe = result.safe_name(name)
    assert safe
    assert not safe.startswith(".")
    assert not set(safe) & set("/\\\0\n")
    assert len(safe) <= 150
    safe.encode("utf-8")


@pytest.mark.parametrize(
    "message",
    [
        {"output": "x"},
        {"output": 1, "size": 1},
        {"output": "x", "size": True},
        {"output": "x", "size": -1},
        {"output": "x", "size": 11},
        {"output": "x", "size": 1, "more": 1},
    ],
)
def test_a_file_is_announced_by_its_name_and_a_size_that_fits(message: dict[str, Any]) -> None:
    with pytest.raises(ProtocolViolation):
        result.output(message, left=10)


def test_a_media_type_comes_from_the_name() -> None:
    assert result.output_file("a.png", b"").media_type == "image/png"
    assert result.output_file("a.exotic-thing", b"").media_type == "application/octet-stream"


def test_a_lost_state_is_believed_only_of_who_was_to_restore_one() -> None:
    told = {"done": HONEST | {"error_kind": "state_lost"}}
    assert result.done_alone(told, LIMITS, restoring=True).error_kind is ErrorKind.STATE_LOST
    with pytest.raises(ProtocolViolation):
        result.done_alone(told, LIMITS)


CALL: dict[str, Any] = {"call": 3, "name": "ask", "args": [1, {"a": None}], "kwargs": {"b": "c"}}


def test_an_honest_call_is_taken_as_it_is() -> None:
    assert result.call(CALL, 3) == result.Call(3, "ask", [1, {"a": None}], {"b": "c"})


@pytest.mark.parametrize(
    "changes",
    [
        {"call": 4},
        {"call": 3.0},
        {"call": "3"},
        {"name": 1},
        {"name": "x" * 101},
        {"args": {}},
        {"kwargs": []},
        {"x": 1},
    ],
)
def test_any_other_call_is_a_violation(changes: dict[str, Any]) -> None:
    with pytest.raises(ProtocolViolation):
        result.call(CALL | changes, 3)


def test_an_announced_snapshot_has_a_size_or_none_and_names_what_it_lacks() -> None:
    assert result.snapshot({"snapshot": 9, "unsaved": ["f\n(an open\0file)"]}, 10) == (9, ("f (an open\ufffdfile)",))
    assert result.snapshot({"snapshot": None, "unsaved": []}, 10) == (None, ())


@pytest.mark.parametrize(
    "message",
    [
        {"snapshot": 11, "unsaved": []},
        {"snapshot": -1, "unsaved": []},
        {"snapshot": True, "unsaved": []},
        {"snapshot": "1", "unsaved": []},
        {"snapshot": 1},
        {"snapshot": 1, "unsaved": "f"},
        {"snapshot": 1, "unsaved": [1]},
        {"snapshot": 1, "unsaved": ["x" * 401]},
        {"snapshot": 1, "unsaved": ["x"] * 61},
        {"snapshot": 1, "unsaved": [], "more": 1},
    ],
)
def test_any_other_announcement_is_a_violation(message: dict[str, Any]) -> None:
    with pytest.raises(ProtocolViolation):
        result.snapshot(message, 10)
