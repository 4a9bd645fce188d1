"""The launcher of a Monty worker: it confines itself, then becomes the worker. Run by path, in a process of its own.

Arguments: the launcher's settings (a JSON file, see walls.py), the path that it was started as, whose last number
is the worker's slot, and Monty's own arguments. It has the confinement's layers on in one order; what one of them
cannot be put on ends it with exit code 71 and a line on standard output, which is no frame, so that the pool gives up.
"""

import ctypes
import fcntl
import json
import os
import resource
import struct
import sys
import types
from typing import Any

_READ_DIR_AND_FILE, _EXECUTE = 0b1100, 0b0001
_SECCOMP, _MODE_FILTER = 22, 2
_FAILED = 71


def main() -> None:
    with open(sys.argv[1]) as file:
        settings = json.load(file)
    slot = int(sys.argv[2].rpartition("-")[2])
    try:
        program = _confine(settings, slot)
        if settings["probe"] is not None:
            probe = sys.modules["replwright.repl.host.rust.probe"]
            os.write(1, json.dumps(probe.reached(**settings["probe"])).encode())
            return
        os.execve(program, ["monty", *sys.argv[3:]], {})  # noqa: S606 - what this process is for
    except OSError as error:
        os.write(1, f"unconfined: {error}\n".encode())
        sys.exit(_FAILED)


def _confine(settings: dict[str, Any], slot: int) -> int:
    """Put every layer on; the descriptor of the program to become."""
    identity, landlock, libc = _load_ours(settings)
    os.setsid()
    program = _only_descriptor(settings["binary"], settings["program_fd"])
    with open("/proc/self/oom_score_adj", "w") as file:
        file.write("1000")
    identity.forbid_privileges()
    # Before the user changes, who may not pass the folders on the way to the program.
    grants = [(path, _READ_DIR_AND_FILE | (_EXECUTE if runs else 0)) for path, runs in settings["files"]]
    landlock.restrict(settings["abi"], grants)
    if settings["own_uids"]:
        identity.become(settings["last_uid"] - slot)
    for name, value in settings["limits"].items():
        limit = getattr(resource, name)
        hard = resource.getrlimit(limit)[1]
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(limit, (value, value))
    identity.bind_to_parent(settings["parent"])
    _install(libc, bytes.fromhex(settings["filter"]))
    return program


def _load_ours(settings: dict[str, Any]) -> tuple[Any, Any, Any]:
    """The confinement's modules, and no other package of ours: their parents stay empty."""
    folder = settings["repl_folder"]
    for name, path in (
        ("replwright", []),
        ("replwright.repl", [folder]),
        ("replwright.repl.host", [f"{folder}/host"]),
        ("replwright.repl.host.rust", [f"{folder}/host/rust"]),
    ):
        module = types.ModuleType(name)
        module.__path__ = path
        sys.modules[name] = module
    from replwright.repl.host.confine import identity, landlock, libc

    if settings["probe"] is not None:
        from replwright.repl.host.rust import probe as probe
    return identity, landlock, libc


def _only_descriptor(binary: str, number: int) -> int:
    """Open the program at `number`; close everything but it and the two pipes. Errors of the worker go nowhere."""
    opened = os.open(binary, os.O_PATH)
    os.dup2(opened, number, inheritable=False)
    os.closerange(3, number)
    os.closerange(number + 1, max(resource.getrlimit(resource.RLIMIT_NOFILE)[1] % (1 << 20), 1 << 16))
    nowhere = os.open("/dev/null", os.O_WRONLY)
    os.dup2(nowhere, 2)
    os.close(nowhere)
    for pipe in (0, 1):
        fcntl.fcntl(pipe, fcntl.F_SETFD, 0)
    return number


def _install(libc: Any, program: bytes) -> None:
    buffer = ctypes.create_string_buffer(program, len(program))
    head = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(buffer))
    holder = ctypes.create_string_buffer(head, len(head))
    libc.prctl("seccomp", _SECCOMP, _MODE_FILTER, ctypes.addressof(holder))


if __name__ == "__main__":
    main()
