"""Attacks below Monty: run in the launcher of a Monty worker, once it has confined itself, in place of the worker.

Run as a program: a folder of its own, Monty's program, and a JSON file {"prelude": code, "attacks": [name, code]
pairs}. The prelude runs before the confinement. What the attacks print goes to standard output, after a line `# name`
each. It needs nothing but the standard library and our own code.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from replwright.repl.host.confine import identity
from replwright.repl.host.rust.walls import Walls

# In place of the probe of ours: what attacks import must be there before the confinement.
_PROBE = """
import ctypes, fcntl, importlib.machinery, io, linecache, mmap, multiprocessing.popen_fork, os, pickle, pty, resource
import random, shelve, socket, sqlite3, statistics, struct, subprocess, sysconfig, tarfile, tempfile, threading
import copy, dbm.dumb, decimal, gzip, json, multiprocessing.context, operator, pathlib, signal, time, typing
import urllib.request, uuid, warnings

sysconfig.get_path("purelib")

def reached(attacks):
    for name, code in attacks:
        os.write(1, f"\\n# {name}\\n".encode())
        try:
            exec(compile(code, "<attack>", "exec"), {**_NAMES, "print": _say})
        except ImportError as error:
            os.write(1, f"MISSING {error}".encode())
        except BaseException:
            pass
    return []

def _say(*words):
    os.write(1, " ".join(map(str, words)).encode())
"""


def main() -> None:
    folder, program, attacks = map(Path, sys.argv[1:4])
    walls = Walls(folder / "walls", program)
    real = Path(identity.__file__).parent
    ours = folder / "repl" / "host"
    shutil.copytree(real, ours / "confine", ignore=shutil.ignore_patterns("__pycache__"))
    told = json.loads(attacks.read_text())
    (ours / "rust").mkdir()
    (ours / "rust" / "probe.py").write_text(f"{_PROBE}\n_NAMES = {{}}\nexec({told.pop('prelude')!r}, _NAMES)\n")
    probe = {"repl_folder": str(ours.parent), "probe": told}
    walls._write("probe", {**walls._settings, "parent": os.getpid(), **probe})
    sys.stdout.flush()
    subprocess.run([walls._script("probe", 0)], stdin=subprocess.DEVNULL, env={}, timeout=60, check=False)


if __name__ == "__main__":
    main()
