"""Run a small job many times in the zygote, before any fork: what the interpreter learns of our code is learnt once.

CPython specialises code and fills its caches as it runs, and each write to them costs every later child a page.
"""

import json
import os
import socket
import struct
import sys

from replwright.repl.guest import capture, main

_ROUNDS = 16
_CODE = {
    "bare": "total = sum(number * number for number in range(10))\nprint(f'{total}')\ntotal\n",
    "data": "import pandas as pd\nseries = pd.Series([1.0, 2.0])\nprint(series)\nfloat(series.sum())\n",
}
_LIMITS = {"artifact_bytes": 1 << 20, "value_bytes": 1 << 16, "output_bytes": 1 << 16}


def rehearse(flavour: str, writable: str) -> None:
    """Serve a job as a REPL does, in the folder `writable`, and put back what that changes in this process."""
    streams, module, here = (sys.stdin, sys.stdout, sys.stderr), sys.modules["__main__"], os.getcwd()
    code = _CODE["bare" if "pandas" not in sys.modules else "data"]
    job: dict[str, object] = {
        "code": code,
        "context": "null",
        "limits": _LIMITS,
        "inputs": [],
        "results": [],
        "functions": [],
        "restore": None,
        "replay": False,
        "keep": False,
        "save": False,
        "tables": [],
    }
    payload = json.dumps(job).encode()
    os.chdir(writable)
    os.makedirs("outputs", exist_ok=True)
    quiet, said = os.open(os.devnull, os.O_WRONLY | os.O_CLOEXEC), os.dup(1)
    os.dup2(quiet, 1)
    try:
        for _ in range(_ROUNDS):
            host, ours = socket.socketpair()
            with host, ours:
                host.sendall(struct.pack("!cI", b"J", len(payload)) + payload)
                capture.open_streams()
                main.serve_jobs(ours.fileno(), writable, ahead=True)
                if b'"error_kind": null' not in host.recv(1 << 16):
                    raise OSError(f"the {flavour} guest cannot run a small job")
    finally:
        capture.flush()
        os.dup2(said, 1)
        os.close(said)
        os.close(quiet)
        os.chdir(here)
        sys.stdin, sys.stdout, sys.stderr = streams
        setattr(sys, "__stdout__", sys.stdout)  # noqa: B010 - typeshed calls it final
        setattr(sys, "__stderr__", sys.stderr)  # noqa: B010
        sys.modules["__main__"] = module
