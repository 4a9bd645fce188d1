"""A template that was taken over may fork and die: what it leaves behind is ended, and the REPLs of others live on."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.sandbox import CHECKOUT

# A zygote of which every fork leaves three sleeping processes behind when it is told to, and waits until then.
ZYGOTE = """
import os, socket, sys, time
from replwright.repl.host.confine import identity, server
identity.adopt_orphans()
def plan(request):
    def child(descriptors):
        if request["leaves"]:
            told, tell = os.pipe()
            for _ in range(3):
                if os.fork() == 0:
                    os.setsid()
                    os.write(descriptors[0], b"%9d" % os.getpid())
                    os.write(tell, b".")
                    time.sleep(60)
            # They are ended with this process, and must have told who they are before.
            for _ in range(3):
                os.read(told, 1)
        else:
            time.sleep(60)
    return child
children = os.open(f"/proc/self/task/{os.getpid()}/children", os.O_RDONLY)
server.Server(socket.socket(fileno=int(sys.argv[1])), None, plan, children).serve()
"""


@pytest.fixture
def control() -> Iterator[socket.socket]:
    ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    command = [sys.executable, "-c", ZYGOTE, str(its.fileno())]
    with ours, subprocess.Popen(command, pass_fds=[its.fileno()], cwd=CHECKOUT) as process:
        its.close()
        ours.settimeout(30)
        yield ours
        process.kill()


def _fork(control: socket.socket, leaves: bool, descriptors: list[int]) -> tuple[int, int]:
    """The number and the pidfd of a child."""
    socket.send_fds(control, [json.dumps({"leaves": leaves}).encode()], descriptors)
    said, received, _, _ = socket.recv_fds(control, 1000, 1)
    return json.loads(said)["forked"], received[0]


def test_what_a_fork_leaves_behind_is_ended_with_it_and_its_neighbours_are_not(control: socket.socket) -> None:
    # given
    read, write = os.pipe()
    neighbour, pidfd = _fork(control, False, [write])
    # when
    hostile, other = _fork(control, True, [write])
    ended = json.loads(control.recv(1000))
    left = [int(os.read(read, 9)) for _ in range(3)]
    # then
    assert ended["ended"] == hostile
    deadline = time.monotonic() + 30
    while any(Path(f"/proc/{pid}").exists() for pid in left) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not any(Path(f"/proc/{pid}").exists() for pid in left)
    assert Path(f"/proc/{neighbour}").exists()
    # clean up
    signal.pidfd_send_signal(pidfd, signal.SIGKILL)
    assert json.loads(control.recv(1000))["ended"] == neighbour
    for descriptor in (read, write, pidfd, other):
        os.close(descriptor)
