"""Ends a test's PostgreSQL when the test process is gone, however it went: run as `guard.py FOLDER`, with a pipe as
standard input that the test process holds open."""

import os
import shutil
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path


def main(folder: Path) -> None:
    sys.stdin.read()
    with suppress(OSError, ValueError, IndexError):
        pid = int((folder / "data" / "postmaster.pid").read_text().splitlines()[0])
        for sign in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
            os.kill(pid, sign)
            for _ in range(50):
                os.kill(pid, 0)
                time.sleep(0.1)
    shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
