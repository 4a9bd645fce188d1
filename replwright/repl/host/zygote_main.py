"""The program of the zygote, run by the guest's Python: warm up once, then fork a confined REPL for each request.

It is started by path with two arguments, the control descriptor and a JSON object; see zygote.py.
"""

import fcntl
import gc
import json
import os
import resource
import select
import signal
import socket
import sys
import types
from pathlib import Path
from typing import Any

_LISTEN_AT_MOST = 4096


def _load_ours(repl_folder: Path) -> None:
    """Make the guest and the confinement importable, and no other package of ours: their parents stay empty."""
    for name, folder in (
        ("replwright", None),
        ("replwright.repl", repl_folder),
        ("replwright.repl.host", repl_folder / "host"),
    ):
        module = types.ModuleType(name)
        module.__path__ = [str(folder)] if folder else []
        sys.modules[name] = module


def main() -> None:
    control = socket.socket(fileno=int(sys.argv[1]))
    config = json.loads(sys.argv[2])
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    os.umask(0o022)
    try:
        parent = os.pidfd_open(config["parent"])
        if os.getppid() != config["parent"]:
            return
        server = _Server(control, parent, config)
    except (OSError, ImportError) as error:
        control.send(json.dumps({"failed": str(error)}).encode())
        return
    server.serve()


class _Server:
    """Answers fork requests until the control socket closes or the host process ends."""

    def __init__(self, control: socket.socket, parent: int, config: dict[str, Any]) -> None:
        _load_ours(Path(config["repl_folder"]))
        from replwright.repl.guest import entry
        from replwright.repl.host.confine import apply, selftest

        self._control, self._parent = control, parent
        self._apply, self._selftest, self._entry = apply, selftest, entry
        # Opened before the view without /proc is entered; each read gives the size at that moment.
        self._statm = os.open("/proc/self/statm", os.O_RDONLY | os.O_CLOEXEC)
        _be_first_to_go()
        self._boundary = apply.prepare(config["jobs"], config["view"])
        entry.warm()
        for name in ("replwright.repl", "replwright.repl.host"):
            sys.modules[name].__path__ = []
        gc.collect()
        gc.freeze()
        self._children: dict[int, int] = {}
        self._events = select.epoll()
        self._events.register(control, select.EPOLLIN)
        self._events.register(parent, select.EPOLLIN)
        self._tell(
            ready=True,
            own_uids=self._boundary.own_uids,
            own_mounts=self._boundary.own_mounts,
            landlock_abi=self._boundary.landlock_abi,
            rss_bytes=self._pages(1),
        )

    def serve(self) -> None:
        while True:
            for descriptor, _ in self._events.poll():
                if descriptor == self._parent:
                    return
                if descriptor in self._children:
                    self._reap(descriptor)
                elif not self._answer():
                    return

    def _answer(self) -> bool:
        message, descriptors, _, _ = socket.recv_fds(self._control, _LISTEN_AT_MOST, 3)
        if not message:
            return False
        try:
            pid = self._fork(json.loads(message), descriptors)
        except OSError as error:
            self._tell(failed=str(error))
        else:
            pidfd = os.pidfd_open(pid)
            self._children[pidfd] = pid
            self._events.register(pidfd, select.EPOLLIN)
            socket.send_fds(self._control, [json.dumps({"forked": pid}).encode()], [pidfd])
        finally:
            for descriptor in descriptors:
                os.close(descriptor)
        return True

    def _fork(self, request: dict[str, Any], descriptors: list[int]) -> int:
        size, zygote = self._pages(0), os.getpid()
        pid = os.fork()
        if pid == 0:
            try:
                self._become_a_repl(request, descriptors, size, zygote)
            finally:
                os._exit(70)
        return pid

    def _become_a_repl(self, request: dict[str, Any], descriptors: list[int], size: int, zygote: int) -> None:
        for target, descriptor in zip((1, 2, 3), _above(descriptors), strict=True):
            os.dup2(descriptor, target, inheritable=False)
        os.closerange(4, resource.getrlimit(resource.RLIMIT_NOFILE)[0])
        try:
            self_test = request.pop("self_test", None)
            places = self._apply.confine(self._boundary, self._apply.Confined(size_bytes=size, **request), zygote)
        except OSError as error:
            self._entry.tell(3, {"unconfined": str(error)})
            return
        if self_test is not None:
            self._entry.tell(3, {"self_test": self._selftest.reached(**self_test)})
        else:
            self._entry.serve(3, places.inputs, places.scratch)

    def _reap(self, pidfd: int) -> None:
        pid = self._children.pop(pidfd)
        _, status, usage = os.wait4(pid, 0)
        self._events.unregister(pidfd)
        os.close(pidfd)
        self._tell(ended=pid, status=os.waitstatus_to_exitcode(status), max_rss_bytes=usage.ru_maxrss * 1024)

    def _pages(self, column: int) -> int:
        """Bytes of address space (column 0) or of resident memory (column 1) of this process."""
        return int(os.pread(self._statm, 100, 0).split()[column]) * resource.getpagesize()

    def _tell(self, **message: Any) -> None:
        self._control.send(json.dumps(message).encode())


def _above(descriptors: list[int]) -> list[int]:
    """The same files at numbers that the coming dup2 calls do not overwrite."""
    return [fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, 10) for descriptor in descriptors]


def _be_first_to_go() -> None:
    """When memory runs out, the kernel takes REPLs before anything else; they inherit this."""
    Path("/proc/self/oom_score_adj").write_text("1000")


if __name__ == "__main__":
    main()
