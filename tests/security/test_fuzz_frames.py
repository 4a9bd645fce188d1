"""Whatever comes through the channel, the host hears it out or names a violation: it never raises, hangs or swells."""

import asyncio
import json
import struct
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.limits import MAX_SNAPSHOT_BYTES, TaskLimits
from orchestration.states import ErrorKind
from replwright.repl import frames, result
from replwright.repl.frames import ProtocolViolation
from replwright.repl.host.calls import MAX_CALL_BYTES
from replwright.repl.host.hearing import Heard, Hearing
from replwright.repl.host.output import Bounded
from replwright.repl.host.repl import Ending, Phase
from replwright.repl.host.run import outcome_of

LIMITS = TaskLimits(timeout_s=5.0, artifact_bytes=100_000, value_bytes=2000, output_bytes=2000)
MESSAGE: dict[str, Any] = {"code": "1", "save": True, "restore": None}
# The most that may be asked for at once: a frame of a call, of a snapshot, of a file, of a result.
MOST = max(MAX_CALL_BYTES + 4096, MAX_SNAPSHOT_BYTES, LIMITS.artifact_bytes, 4096 + 12 * LIMITS.value_bytes)


class Channel:
    """A guest that says `data` in pieces, and ends."""

    def __init__(self, data: bytes, pieces: Sequence[int]) -> None:
        self.asked: list[int] = []
        self._reader = asyncio.StreamReader()
        at = 0
        for piece in [*sorted(pieces), len(data)]:
            self._reader.feed_data(data[at:piece])
            at = max(at, piece)
        self._reader.feed_eof()

    async def readexactly(self, size: int) -> bytes:
        self.asked.append(size)
        return await self._reader.readexactly(size)

    async def send(self, data: bytes) -> None:
        return


class Out:
    """Output that nobody wrote to."""

    kept = Bounded(100)

    def finish(self) -> None:
        return


class Guest:
    """As much of a Repl as a Hearing needs."""

    def __init__(self, data: bytes, pieces: Sequence[int]) -> None:
        self.channel = Channel(data, pieces)
        self.phase, self.ending, self.held_bytes = Phase.ACTIVE, None, 0
        self.out = self.err = Out()

    def end(self, _ending: Ending) -> None:
        self.phase = Phase.CLEANING

    async def ended(self) -> None:
        return None


async def _heard(data: bytes, pieces: Sequence[int] = ()) -> tuple[Heard, Guest]:
    async def calls(_name: str, args: Sequence[Any], _kwargs: dict[str, Any]) -> Any:
        return list(args)

    guest = Guest(data, pieces)
    hearing = Hearing(guest, LIMITS, 0, None)  # type: ignore[arg-type]
    return await asyncio.wait_for(hearing.hear(MESSAGE, ["echo"], calls), 20), guest


def _hear(data: bytes, pieces: Sequence[int] = ()) -> Heard:
    heard, guest = asyncio.run(_heard(data, pieces))
    assert all(0 <= size <= MOST for size in guest.channel.asked)
    outcome = outcome_of(heard, guest, LIMITS)  # type: ignore[arg-type]
    json.dumps(outcome.value).encode()
    (outcome.stderr or "").encode()
    assert sum(len(file.data) for file in outcome.outputs) <= LIMITS.artifact_bytes
    return heard


def _json(message: object) -> bytes:
    return _frame(json.dumps(message).encode())


def _frame(payload: bytes, kind: bytes = b"J") -> bytes:
    return kind + struct.pack("!I", len(payload)) + payload


HONEST = [
    _json({"call": 1, "name": "echo", "args": [1, "x"], "kwargs": {"a": None}}),
    _json({"ran": True}),
    _json({"output": "chart.png", "size": 5}) + _frame(b"12345", b"B"),
    _json({"snapshot": 7, "unsaved": ["f (a file)"]}) + _frame(b"1234567", b"B"),
    _json({"done": {"error_kind": None, "value": "'x'", "value_json": '"x"', "seconds": 0.5}}),
]
WHOLE = b"".join(HONEST)
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None), max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner, max_size=4),
    max_leaves=12,
)
WORDS = (
    "call",
    "name",
    "args",
    "kwargs",
    "output",
    "size",
    "snapshot",
    "unsaved",
    "done",
    "ran",
    "value",
    "error_kind",
)
NEARLY = st.dictionaries(st.sampled_from((*WORDS, "seconds", "value_json", "ready")), ANY_JSON, max_size=5)


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """An honest conversation in another order, with bytes changed, put in, doubled or cut off."""
    parts = draw(st.lists(st.sampled_from(HONEST), min_size=1, max_size=8))
    data = bytearray(b"".join(parts) if draw(st.booleans()) else WHOLE)
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, max(len(data) - 1, 0)))
        match draw(st.sampled_from(("flip", "put in", "double", "cut", "length"))):
            case "flip" if data:
                data[at] ^= draw(st.integers(1, 255))
            case "put in":
                data[at:at] = draw(st.binary(max_size=8))
            case "double":
                data[at:at] = data[at : at + draw(st.integers(1, 60))]
            case "cut":
                del data[at : at + draw(st.integers(1, 60))]
            case "length":
                data[at : at + 4] = struct.pack("!I", draw(st.integers(0, 2**32 - 1)))
    return bytes(data)


def _passes_or_is_a_violation(check: Callable[[], object]) -> None:
    """Anything else that it raises fails the test. What it says is short, whatever came."""
    said = ""
    try:
        check()
    except ProtocolViolation as violation:
        said = str(violation)
    assert len(said) < 500


@settings(deadline=None, max_examples=300)
@given(st.binary(max_size=300))
def test_any_bytes_end_in_a_verdict(data: bytes) -> None:
    heard = _hear(data)
    assert heard.done is None
    assert heard.judged is not None
    assert heard.judged.kind is ErrorKind.CRASHED


@settings(deadline=None, max_examples=600)
@given(mutated(), st.lists(st.integers(0, 600), max_size=5))
def test_a_mutated_conversation_ends_in_a_result_or_a_verdict(data: bytes, pieces: list[int]) -> None:
    heard = _hear(data, pieces)
    assert heard.done is not None or heard.judged is not None


@settings(deadline=None, max_examples=400)
@given(st.lists(NEARLY, max_size=5))
def test_frames_with_the_right_words_and_wrong_contents_end_in_a_verdict(messages: list[dict[str, Any]]) -> None:
    heard = _hear(b"".join(_json(message) for message in messages))
    assert heard.done is not None or heard.judged is not None


@settings(deadline=None, max_examples=400)
@given(NEARLY | ANY_JSON, st.integers(0, 10**6))
def test_a_checker_of_frames_raises_nothing_but_a_violation(message: Any, left: int) -> None:
    checks: list[Callable[[], object]] = [lambda: result.done(message, LIMITS, restoring=True)]
    if isinstance(message, dict):
        checks += [
            lambda: result.done(message.get("done"), LIMITS),
            lambda: result.output(message, left),
            lambda: result.call(message, 1),
            lambda: result.snapshot(message, left),
        ]
    for check in checks:
        _passes_or_is_a_violation(check)


@settings(deadline=None, max_examples=300)
@given(
    st.binary(max_size=200)
    | st.text(max_size=200).map(str.encode)
    | ANY_JSON.map(lambda value: json.dumps(value).encode())
)
def test_a_payload_is_an_object_or_a_violation(payload: bytes) -> None:
    _passes_or_is_a_violation(lambda: frames.parse(payload))


def test_an_honest_conversation_may_come_in_any_two_pieces() -> None:
    for split in range(len(WHOLE) + 1):
        heard = _hear(WHOLE, [split])
        assert heard.judged is None
        assert heard.done is not None
        assert heard.done.value == "'x'"
        assert [file.data for file in heard.outputs] == [b"12345"]
        assert heard.state is not None
        assert heard.state.snapshot == b"1234567"


def test_a_conversation_that_is_cut_off_anywhere_has_no_result() -> None:
    for length in range(len(WHOLE)):
        heard = _hear(WHOLE[:length])
        assert heard.done is None
        assert heard.judged is not None


TWICE = {
    "ran": [HONEST[1], HONEST[1]],
    "a call after the code ended": [HONEST[1], HONEST[0]],
    "a snapshot": [HONEST[3], HONEST[3]],
    "a call's number": [HONEST[0], HONEST[0]],
}


@pytest.mark.parametrize("said", TWICE.values(), ids=TWICE.keys())
def test_what_may_be_said_once_is_a_violation_the_second_time(said: list[bytes]) -> None:
    heard = _hear(b"".join([*said, HONEST[4]]))
    assert heard.done is None
    assert heard.judged is not None
    assert "protocol violation" in heard.judged.line
