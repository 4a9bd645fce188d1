"""The program of the zygote, run by the guest's Python: warm up once, then fork a confined REPL for each request.

It is started by path with two arguments, the control descriptor and a JSON object; see zygote.py.
"""

import gc
import json
import os
import resource
import signal
import socket
import sys
import types
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

# Higher than any number that a table's descriptor can have.
_ABOVE_TABLES = 200


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
    config = json.loads(sys.argv[2])
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    os.umask(0o022)
    _load_ours(Path(config["repl_folder"]))
    from replwright.repl.host.confine import server

    control, parent = socket.socket(fileno=server.raised(int(sys.argv[1]))), server.raised(config["parent"])
    server.take_low_numbers()
    try:
        zygote = _Zygote(control, parent, config)
    except (OSError, ImportError) as error:
        control.send(json.dumps({"failed": str(error)}).encode())
        return
    zygote.serving.serve()


class _Zygote:
    """What the server's children become: REPLs, or templates that serve in their turn."""

    def __init__(self, control: socket.socket, parent: int, config: dict[str, Any]) -> None:
        from replwright.repl.guest import entry
        from replwright.repl.host.confine import apply, identity, namespace, selftest, server

        self._apply, self._selftest, self._server, self._entry = apply, selftest, server, entry
        self._pid = os.getpid()
        # Opened before the view without /proc is entered; a read gives the size at that moment.
        self._proc = os.open("/proc", os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
        self._statm = self._open_statm()
        _be_first_to_go()
        boundary = apply.prepare(config["jobs"], config["view"])
        if boundary.rules is not None:
            boundary = replace(boundary, rules=server.park(boundary.rules))
        self._boundary = boundary
        entry.warm(config["flavour"], namespace.writable() if boundary.own_mounts else config["view"])
        for name in ("replwright.repl", "replwright.repl.host"):
            sys.modules[name].__path__ = []
        entry.learn_places(namespace.SCRATCH if boundary.own_mounts else None)
        _settle_memory()
        identity.adopt_orphans()
        self.serving = server.Server(control, parent, self._plan, self._open_children())
        self.serving.tell(self._facts(), [os.pidfd_open(self._pid)])

    def _facts(self) -> dict[str, Any]:
        boundary = self._boundary
        return {
            "ready": True,
            "own_uids": boundary.own_uids,
            "own_mounts": boundary.own_mounts,
            "landlock_abi": boundary.landlock_abi,
            "walls": boundary.walls,
            "rss_bytes": self._pages(1),
        }

    def _plan(self, request: dict[str, Any]) -> Callable[[list[int]], None]:
        names = request.pop("template", None)
        self_test = request.pop("self_test", None)
        ahead = request.pop("ahead", False)
        share = self._apply.Confined(size_bytes=self._pages(0), **request)
        if names is None:
            return lambda descriptors: self._become_a_repl(share, descriptors, self_test, ahead)
        return lambda descriptors: self._become_a_template(share, descriptors, names, self_test)

    def _become_a_repl(self, share: Any, descriptors: list[int], self_test: dict[str, Any] | None, ahead: bool) -> None:
        self._server.keep_only(descriptors, rules=self._boundary.rules is not None)
        channel = self._server.CHANNEL
        try:
            places = self._apply.confine(self._boundary, share, self._pid)
        except OSError as error:
            self._entry.tell(channel, {"unconfined": str(error)})
            return
        if self_test is not None:
            self._entry.tell(channel, {"self_test": self._selftest.reached(**self_test)})
        else:
            self._entry.serve(channel, places.inputs, places.scratch, ahead)

    def _become_a_template(
        self, share: Any, descriptors: list[int], names: list[str], self_test: dict[str, Any] | None
    ) -> None:
        """`descriptors` are two for output, the control socket, and one for each of the tables `names`."""
        statm = self._server.raised(self._open_statm(), _ABOVE_TABLES)
        self._server.keep_only([*descriptors, statm], rules=False)
        control, parent = socket.socket(fileno=self._server.CHANNEL), self._pid
        self._statm, self._pid = len(descriptors) + 1, os.getpid()
        try:
            self._boundary = self._apply.confine_template(self._boundary, share, parent)
            reached = self._selftest.reached(**(self_test or {}), of_template=True)
            for descriptor, name in enumerate(names, self._server.CHANNEL + 1):
                self._entry.load_table(name, descriptor)
        except Exception as error:
            control.send(json.dumps({"failed": f"{type(error).__name__}: {error}"[:2000]}).encode())
            return
        self._server.take_low_numbers()
        _settle_memory()
        serving = self._server.Server(control, None, self._plan)
        serving.tell({**self._facts(), "self_test": reached}, [])
        serving.serve()

    def _open_statm(self) -> int:
        return os.open("self/statm", os.O_RDONLY | os.O_CLOEXEC, dir_fd=self._proc)

    def _open_children(self) -> int | None:
        try:
            return os.open(f"self/task/{self._pid}/children", os.O_RDONLY | os.O_CLOEXEC, dir_fd=self._proc)
        except OSError:
            # A kernel without that list: what a hostile template leaves lives on, behind its walls, until we end.
            return None

    def _pages(self, column: int) -> int:
        """Bytes of address space (column 0) or of resident memory (column 1) of this process."""
        return int(os.pread(self._statm, 100, 0).split()[column]) * resource.getpagesize()


def _settle_memory() -> None:
    """What is there now is never collected, so that no child copies it to look at it."""
    gc.collect()
    gc.freeze()


def _be_first_to_go() -> None:
    """When memory runs out, the kernel takes REPLs before anything else; they inherit this."""
    Path("/proc/self/oom_score_adj").write_text("1000")


if __name__ == "__main__":
    main()
