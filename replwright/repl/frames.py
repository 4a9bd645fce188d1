"""The host's end of the channel to a REPL: every frame is hostile until it was measured and parsed here.

A frame is one kind byte (`J` for JSON, `B` for bytes), a four-byte big-endian length and that many bytes.
"""

import asyncio
import json
import struct
from typing import Any, NoReturn, Protocol

_HEAD = struct.Struct("!cI")


class ProtocolViolation(Exception):
    """The REPL sent something that no honest guest sends."""


class Reader(Protocol):
    """Where frames come from: asyncio.StreamReader, or host/channel.py."""

    async def readexactly(self, n: int, /) -> bytes: ...


def encode(message: dict[str, Any]) -> bytes:
    """One JSON frame for the guest."""
    payload = json.dumps(message).encode()
    return _HEAD.pack(b"J", len(payload)) + payload


async def read_json(reader: Reader, limit: int) -> dict[str, Any] | None:
    """The next frame, a JSON object of at most `limit` bytes; None at the end of the channel.

    Raises ProtocolViolation for anything else.
    """
    payload = await _read(reader, b"J", limit)
    return None if payload is None else parse(payload)


async def read_bytes(reader: Reader, size: int) -> bytes:
    """The next frame, of exactly `size` bytes. Raises ProtocolViolation for anything else."""
    payload = await _read(reader, b"B", size)
    if payload is None or len(payload) != size:
        raise ProtocolViolation("a frame of bytes is not as long as was said")
    return payload


def parse(payload: bytes) -> dict[str, Any]:
    """A JSON object without duplicate keys, NaN or nesting beyond Python's stack. Raises ProtocolViolation."""
    try:
        message = json.loads(payload.decode(), object_pairs_hook=_no_duplicates, parse_constant=_no_constant)
    except RecursionError:
        raise ProtocolViolation("a frame is nested too deeply") from None
    except ValueError as error:
        raise ProtocolViolation(f"a frame is not JSON: {str(error)[:100]}") from None
    if not isinstance(message, dict):
        raise ProtocolViolation("a frame is not a JSON object")
    return message


async def _read(reader: Reader, kind: bytes, limit: int) -> bytes | None:
    try:
        got, length = _HEAD.unpack(await reader.readexactly(_HEAD.size))
        if got != kind:
            raise ProtocolViolation(f"a frame of kind {got!r} where {kind!r} is due")
        if length > limit:
            raise ProtocolViolation(f"a frame of {length} bytes where {limit} are allowed")
        return await reader.readexactly(length)
    except asyncio.IncompleteReadError as error:
        if error.partial:
            raise ProtocolViolation("a frame ends before its length") from None
        return None
    except ConnectionError:
        return None


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    message = dict(pairs)
    if len(message) != len(pairs):
        raise ValueError("duplicate keys")
    return message


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
