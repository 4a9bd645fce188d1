"""The frame parser: whatever bytes come, a JSON object, the end, or a named violation."""

import asyncio
import json
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replwright.repl import frames
from replwright.repl.frames import ProtocolViolation

LIMIT = 10_000
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


async def _read(data: bytes, limit: int = LIMIT) -> dict[str, object] | None:
    reader = asyncio.StreamReader()
    reader.feed_data(data)
    reader.feed_eof()
    return await frames.read_json(reader, limit)


@given(st.dictionaries(st.text(), JSON, max_size=5))
def test_what_is_encoded_reads_back_the_same(message: dict[str, object]) -> None:
    assert asyncio.run(_read(frames.encode(message), 1_000_000)) == message


@given(st.binary(max_size=200))
def test_any_bytes_are_an_object_an_end_or_a_violation(data: bytes) -> None:
    try:
        message = asyncio.run(_read(data))
    except ProtocolViolation:
        return
    assert message is None or isinstance(message, dict)


@given(st.binary(max_size=100))
def test_any_payload_is_an_object_or_a_violation(payload: bytes) -> None:
    try:
        message = frames.parse(payload)
    except ProtocolViolation:
        return
    assert isinstance(message, dict)


@pytest.mark.parametrize(
    ("payload", "said"),
    [
        (b"[" * 200_000, "nested too deeply"),
        (b'{"a": 1, "a": 1}', "duplicate keys"),
        (b'{"a": {"b": 1, "b": 2}}', "duplicate keys"),
        (b'{"a": NaN}', "NaN is not JSON"),
        (b'{"a": -Infinity}', "Infinity is not JSON"),
        (b'"text"', "not a JSON object"),
        (b"\xff", "not JSON"),
        (b'{"a": ' + b"9" * 10_000 + b"}", "not JSON"),
    ],
)
def test_a_payload_that_is_no_honest_message_is_named(payload: bytes, said: str) -> None:
    with pytest.raises(ProtocolViolation, match=said):
        frames.parse(payload)


async def test_a_length_over_the_limit_is_refused_before_anything_is_read() -> None:
    reader = asyncio.StreamReader()
    reader.feed_data(b"J" + struct.pack("!I", 2**32 - 1))
    with pytest.raises(ProtocolViolation, match="4294967295 bytes where 10000 are allowed"):
        await frames.read_json(reader, LIMIT)


@pytest.mark.parametrize("data", [b"J", b"J\0\0\0\5{}", b"B\0\0\0\2{}", b"\x80\4\x95"])
async def test_a_frame_that_is_cut_or_of_another_kind_is_a_violation(data: bytes) -> None:
    with pytest.raises(ProtocolViolation):
        await _read(data)


async def test_the_end_of_the_channel_is_no_violation() -> None:
    assert await _read(b"") is None


@pytest.mark.parametrize("data", [b"B\0\0\0\2ab", b"", b"B\0\0\0\4abcd", b"J\0\0\0\3abc"])
async def test_bytes_must_be_as_many_as_announced(data: bytes) -> None:
    reader = asyncio.StreamReader()
    reader.feed_data(data)
    reader.feed_eof()
    with pytest.raises(ProtocolViolation):
        await frames.read_bytes(reader, 3)


def test_a_message_is_one_frame_of_plain_json() -> None:
    frame = frames.encode({"a": "é"})
    assert frame[:1] == b"J"
    assert json.loads(frame[5:]) == {"a": "é"}
