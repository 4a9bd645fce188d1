"""A parent that lets nothing of its child's family outlive it (PR_SET_CHILD_SUBREAPER).

Run as a module, it does that for one service: python -m replwright.local.reaper COMMAND...
"""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress

from replwright.local import processes
from replwright.local.service import tied

PR_SET_CHILD_SUBREAPER = 36
_SIGNALS = (signal.SIGCHLD, signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
_SWEEP_S = 30.0


def start(command: Sequence[str], orphan_signal: signal.Signals, keep: Sequence[int] = ()) -> subprocess.Popen[bytes]:
    """Become the one who adopts orphans, and start the child. `keep` are descriptors that it inherits."""
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
    return subprocess.Popen(
        tied(command, orphan_signal),
        pass_fds=keep,
        preexec_fn=lambda: signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS),  # one thread only: safe
    )


def attend(child: subprocess.Popen[bytes], stop_s: float) -> int:
    """Wait for the child, passing signals on; once asked to stop it has `stop_s` seconds. Returns its exit code."""
    deadline = float("inf")
    while True:
        received = signal.sigtimedwait(_SIGNALS, 1.0)
        if received is not None and received.si_signo != signal.SIGCHLD:
            deadline = min(deadline, time.monotonic() + stop_s)
            child.send_signal(signal.SIGTERM)
        if (code := child.poll()) is not None:
            return code
        if time.monotonic() > deadline:
            child.kill()
        _bury(but=child.pid)


def sweep(grace_s: float) -> None:
    """End every descendant, and those that appear meanwhile."""
    until = time.monotonic() + _SWEEP_S
    while (left := processes.descendants(os.getpid())) and time.monotonic() < until:
        processes.end(left, grace_s)
        _bury(but=0)


def _bury(but: int) -> None:
    """Collect adopted children that have ended. The first child's exit code is asked for elsewhere."""
    with suppress(ChildProcessError):
        while (ended := os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)) and ended.si_pid != but:
            os.waitpid(ended.si_pid, 0)


def main(command: Sequence[str]) -> int:
    child = start(command, signal.SIGKILL)
    code = attend(child, stop_s=5.0)
    sweep(grace_s=0.5)
    return 128 - code if code < 0 else code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
