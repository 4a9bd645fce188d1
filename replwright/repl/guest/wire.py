"""The guest's end of the channel: frames of one kind byte, a four-byte length and that many bytes."""

import json
import os
import struct
from typing import Any

_HEAD = struct.Struct("!cI")
_CHUNK = 1 << 20
_SMALL = 1 << 16


def send(channel: int, message: dict[str, Any]) -> None:
    """Send one JSON frame."""
    send_prepared(channel, prepare(message))


def prepare(message: dict[str, Any]) -> bytes:
    """A whole JSON frame, to be sent when there may be no memory left to make one."""
    return _framed(json.dumps(message, ensure_ascii=True, allow_nan=False).encode())


def send_payload(channel: int, payload: bytes) -> None:
    """Send a JSON object that is bytes already."""
    _write(channel, _framed(payload))


def send_prepared(channel: int, frame: bytes) -> None:
    """Send what `prepare` made."""
    _write(channel, frame)


def send_bytes(channel: int, data: bytes, before: bytes = b"") -> None:
    """Send one frame of bytes, after what `prepare` made: small ones in one go, for each wakes the host."""
    head = before + _HEAD.pack(b"B", len(data))
    if len(data) <= _SMALL:
        _write(channel, head + data)
    else:
        _write(channel, head)
        _write(channel, data)


def receive(channel: int) -> dict[str, Any] | None:
    """The next JSON frame of the host, which is trusted; None when it closed the channel."""
    head = _read(channel, _HEAD.size)
    if len(head) < _HEAD.size:
        return None
    payload = _read(channel, _HEAD.unpack(head)[1])
    message: dict[str, Any] = json.loads(payload)
    return message


def _framed(payload: bytes) -> bytes:
    return _HEAD.pack(b"J", len(payload)) + payload


def _write(channel: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(channel, view[:_CHUNK]) :]


def _read(channel: int, size: int) -> bytes:
    chunks = []
    while size and (chunk := os.read(channel, min(size, _CHUNK))):
        chunks.append(chunk)
        size -= len(chunk)
    return b"".join(chunks)
