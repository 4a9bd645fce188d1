"""Our end of a REPL's socket: whole messages from any pieces, nothing read ahead without bound, the end noticed."""

import asyncio
import socket
from collections.abc import Awaitable, Callable

import pytest

from replwright.repl.host.channel import Channel


def _with(story: Callable[[Channel, socket.socket], Awaitable[None]]) -> None:
    async def run() -> None:
        ours, theirs = socket.socketpair()
        theirs.setblocking(False)
        channel = Channel(ours)
        try:
            await story(channel, theirs)
        finally:
            channel.close()
            theirs.close()

    asyncio.run(run())


def test_bytes_come_whole_from_whatever_pieces() -> None:
    async def story(channel: Channel, theirs: socket.socket) -> None:
        reading = asyncio.create_task(channel.readexactly(6))
        for piece in (b"ab", b"c", b"defgh"):
            await asyncio.sleep(0)
            theirs.send(piece)
            await asyncio.sleep(0.01)
        assert await reading == b"abcdef"
        assert not channel.silent
        assert await channel.readexactly(2) == b"gh"
        assert channel.silent

    _with(story)


def test_the_end_is_noticed_and_what_came_before_it_is_told() -> None:
    async def story(channel: Channel, theirs: socket.socket) -> None:
        theirs.send(b"abc")
        theirs.shutdown(socket.SHUT_WR)
        with pytest.raises(asyncio.IncompleteReadError) as caught:
            await channel.readexactly(10)
        assert caught.value.partial == b"abc"
        assert channel.ended

    _with(story)


def test_what_nobody_waits_for_is_not_read_ahead_without_bound() -> None:
    async def story(channel: Channel, theirs: socket.socket) -> None:
        sent, loop = 0, asyncio.get_running_loop()
        for _ in range(2000):
            try:
                sent += theirs.send(bytes(100_000))
            except BlockingIOError:
                await asyncio.sleep(0.001)
        assert sent < 5_000_000
        # and all of it is still there, with what comes while it is read
        sending = asyncio.create_task(loop.sock_sendall(theirs, bytes(3_000_000)))
        assert len(await channel.readexactly(sent + 3_000_000)) == sent + 3_000_000
        await sending

    _with(story)


def test_a_message_larger_than_the_socket_takes_is_sent_whole() -> None:
    async def story(channel: Channel, theirs: socket.socket) -> None:
        sending = asyncio.create_task(channel.send(b"x" * 5_000_000))
        got = 0
        while got < 5_000_000:
            got += len(await asyncio.get_running_loop().sock_recv(theirs, 1 << 20))
        await sending

    _with(story)


def test_sending_to_who_is_gone_is_no_error() -> None:
    async def story(channel: Channel, theirs: socket.socket) -> None:
        theirs.close()
        await channel.send(b"x" * 5_000_000)

    _with(story)
