"""Run as a module: the parent of a stack, which sees to it that nothing of the stack outlives it.

It adopts whatever a dying supervisor leaves behind and ends it; the supervisor in turn stops in order when the
warden is gone. It holds the lock of the home until all of them have ended.
"""

import argparse
import os
import signal
import sys
from pathlib import Path

from replwright.local import paths, reaper

STOP_S = 20.0
GRACE_S = 2.0


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--lock", type=int, required=True)
    parser.add_argument("--events", type=int, required=True)
    options, rest = parser.parse_known_args()
    command = [sys.executable, "-m", "replwright.local.supervisor"]
    command += ["--events", str(options.events), "--warden", str(os.getpid()), *rest]
    # The supervisor holds the lock as well: if the warden is killed, nobody starts before both have ended.
    supervisor = reaper.start(command, signal.SIGTERM, keep=(options.lock, options.events))
    os.close(options.events)
    code = reaper.attend(supervisor, STOP_S)
    reaper.sweep(GRACE_S)
    paths.clear(options.home, keep_state=code != 0)
    return code


if __name__ == "__main__":
    sys.exit(main())
