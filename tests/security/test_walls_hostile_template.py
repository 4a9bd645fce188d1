"""What answers fork requests may have been taken over: nothing that it says can hurt the host."""

import asyncio
import json
import os
import signal
import socket
import subprocess
from collections.abc import Callable

import pytest

from replwright.repl.host.forker import Forker, ZygoteGone

NONSENSE = {
    "no JSON": b"x",
    "deep nesting": b"[" * 15_000,
    "a list": b"[]",
    "an unknown word": b'{"hello": 1}',
    "two words": b'{"ended": 1, "status": 0, "max_rss_bytes": 0, "forked": 2}',
    "a pid that is text": b'{"forked": "1"}',
    "a pid that is true": b'{"forked": true}',
    "an end without its status": b'{"ended": 1}',
    "a fork without a descriptor": b'{"forked": 5}',
    "a number that no number is": b'{"ended": 1, "status": NaN, "max_rss_bytes": 0}',
    "nothing": b"",
}


async def _asked(answer: Callable[[socket.socket], object], parent: int) -> Forker:
    """A forker that was asked for a fork and heard that answer."""
    ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with its:
        forker = Forker(ours, parent)
        its.send(json.dumps({"ready": True}).encode())
        await forker.first_word(5)
        asking = asyncio.create_task(forker.fork({}, []))
        await asyncio.get_running_loop().run_in_executor(None, its.recv, 100)
        answer(its)
        with pytest.raises(ZygoteGone):
            await asking
    return forker


@pytest.mark.parametrize("said", NONSENSE.values(), ids=NONSENSE.keys())
def test_nonsense_ends_it(said: bytes) -> None:
    def answer(its: socket.socket) -> None:
        if said:
            its.send(said)
        else:
            its.close()

    assert asyncio.run(_asked(answer, os.getpid())).gone


def test_a_process_that_is_not_its_child_is_not_taken_for_one() -> None:
    """Or it could have the host end any process of its own choice: the host itself."""
    # given a process of the host, which a template names as its child
    with subprocess.Popen(["sleep", "60"]) as other:
        pidfd = os.pidfd_open(other.pid)
        try:
            # when
            answer = json.dumps({"forked": 7}).encode()
            asyncio.run(_asked(lambda its: socket.send_fds(its, [answer], [pidfd]), parent=1))
            # then
            assert other.poll() is None
        finally:
            signal.pidfd_send_signal(pidfd, signal.SIGKILL)
            os.close(pidfd)


def test_a_descriptor_that_is_no_process_is_not_taken_for_one() -> None:
    with open(os.devnull) as file:
        answer = json.dumps({"forked": 7}).encode()
        asyncio.run(_asked(lambda its: socket.send_fds(its, [answer], [file.fileno()]), os.getpid()))


def test_descriptors_that_come_with_nonsense_are_closed() -> None:
    before = set(os.listdir("/proc/self/fd"))
    with open(os.devnull) as file:
        asyncio.run(_asked(lambda its: socket.send_fds(its, [b"{}"], [file.fileno()]), os.getpid()))
    assert set(os.listdir("/proc/self/fd")) == before
