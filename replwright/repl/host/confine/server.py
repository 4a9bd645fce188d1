"""Answers fork requests on a control socket: the loop of the zygote and of every template."""

import fcntl
import json
import os
import select
import signal
import socket
from collections.abc import Callable, Mapping
from typing import Any

_LISTEN_AT_MOST = 16_384
MAX_DESCRIPTORS = 64
# Standard output, standard error and the channel; a REPL may hold one more. The next is for Landlock's rules.
CHANNEL, FOURTH, RULES = 3, 4, 5
_ABOVE_ALL, _MAX_CHILDREN = 1 << 20, 1 << 20

Child = Callable[[list[int]], None]
Plan = Callable[[dict[str, Any]], Child]


class Server:
    """Serves until the control socket closes or `watched` (a pidfd) ends.

    `plan` turns a request into what a fork does; it runs before, for whatever a child writes to costs it a page.
    """

    def __init__(
        self, control: socket.socket, watched: int | None, plan: Plan, children_file: int | None = None
    ) -> None:
        """`children_file` lists this process's children, where it adopts orphans."""
        self._control, self._watched, self._plan = control, watched, plan
        self._children_file = children_file
        self._children: dict[int, int] = {}
        self._events = select.epoll()
        self._events.register(control, select.EPOLLIN)
        if watched is not None:
            self._events.register(watched, select.EPOLLIN)

    def serve(self) -> None:
        """Fork and reap until the end."""
        while True:
            for descriptor, _ in self._events.poll():
                if descriptor == self._watched:
                    return
                if descriptor in self._children:
                    self._reap(descriptor)
                elif not self._answer():
                    return

    def tell(self, message: Mapping[str, Any], descriptors: list[int]) -> None:
        """Send the host a message."""
        socket.send_fds(self._control, [json.dumps(message).encode()], descriptors)

    def _end_orphans(self, children_file: int) -> None:
        """End what a template left behind: it may fork, and a hostile one does not tell us."""
        ours = set(self._children.values())
        while orphans := {int(pid) for pid in os.pread(children_file, _MAX_CHILDREN, 0).split()} - ours:
            for pid in orphans:
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)

    def _answer(self) -> bool:
        message, descriptors, _, _ = socket.recv_fds(self._control, _LISTEN_AT_MOST, MAX_DESCRIPTORS)
        if not message:
            return False
        try:
            pid = self._fork(message, descriptors)
            pidfd = os.pidfd_open(pid)
        except OSError as error:
            self.tell({"failed": str(error)}, [])
        else:
            self._children[pidfd] = pid
            self._events.register(pidfd, select.EPOLLIN)
            self.tell({"forked": pid}, [pidfd])
        finally:
            for descriptor in descriptors:
                os.close(descriptor)
        return True

    def _fork(self, message: bytes, descriptors: list[int]) -> int:
        child = self._plan(json.loads(message))
        pid = os.fork()
        if pid == 0:
            try:
                child(descriptors)
            finally:
                os._exit(70)
        return pid

    def _reap(self, pidfd: int) -> None:
        pid = self._children.pop(pidfd)
        _, status, usage = os.wait4(pid, 0)
        self._events.unregister(pidfd)
        os.close(pidfd)
        code = os.waitstatus_to_exitcode(status)
        if self._children_file is not None:
            self._end_orphans(self._children_file)
        self.tell({"ended": pid, "status": code, "max_rss_bytes": usage.ru_maxrss * 1024}, [])


def keep_only(descriptors: list[int], *, rules: bool) -> None:
    """In a child: `descriptors` become 1, 2, 3 and so on; of the others, only RULES is kept, if `rules`.

    They come in rising order, all above RULES (see take_low_numbers), so that none is overwritten before its turn.
    """
    for target, descriptor in enumerate(descriptors, 1):
        os.dup2(descriptor, target, inheritable=False)
    os.closerange(max(RULES, len(descriptors)) + 1, _ABOVE_ALL)
    os.closerange(len(descriptors) + 1, RULES + (not rules))


def park(rules: int) -> int:
    """Move Landlock's rules to RULES."""
    os.dup2(rules, RULES, inheritable=False)
    os.close(rules)
    return RULES


def raised(descriptor: int, least: int = RULES + 1) -> int:
    """The same file at a number that no REPL's own descriptors have; the one given is closed."""
    moved = fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, least)
    os.close(descriptor)
    return moved


def take_low_numbers() -> None:
    """In a server: nothing that is received or opened later gets a number up to RULES."""
    while (taken := os.open("/dev/null", os.O_RDWR | os.O_CLOEXEC)) <= RULES:
        continue
    os.close(taken)
