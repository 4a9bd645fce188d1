"""One line of the stack's table: what to run, when it is ready, how it stops."""

import os
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

LAUNCHER = Path(__file__).with_name("launch.py")
# What a child needs of our environment in order to run at all. Nothing here is a secret.
PLAIN = (
    "PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "USER", "LOGNAME", "PYTHONPATH",
    "PYTHONDONTWRITEBYTECODE", "LD_LIBRARY_PATH", "SSL_CERT_FILE", "SSL_CERT_DIR", "REPLWRIGHT_CI_MARK",
)  # fmt: skip
# A Ray or Celery of somebody else, which must not be mistaken for the stack's.
_MISLEADING = frozenset(
    {"RAY_ADDRESS", "RAY_TMPDIR", "RAY_AUTH_TOKEN_PATH", "CELERY_BROKER_URL", "CELERY_RESULT_BACKEND"}
)


@dataclass(frozen=True, slots=True)
class Service:
    """`needs` are ready before it starts and stop after it. A `once` runs to its end, which must be exit code 0."""

    name: str
    title: str
    command: Sequence[str]
    environment: Mapping[str, str]
    ready: Callable[[], bool] = lambda: True
    needs: tuple[str, ...] = ()
    restart_with: tuple[str, ...] = ()
    once: bool = False
    before: Callable[[], None] = lambda: None
    uid: int | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    stop_s: float = 4.0
    # What the kernel sends it when the supervisor is gone.
    orphan_signal: signal.Signals = signal.SIGKILL
    ready_within_s: float = 60.0

    # Whether what needs it may already start, though it is not ready yet: starts overlap where both take long.
    early: Callable[[], bool] = lambda: False
    # Started when everything else is ready; the stack serves without it.
    late: bool = False
    # It has children that may outlive it: a reaper stands between.
    family: bool = False

    def argv(self) -> list[str]:
        """The command line, tied to the life of the process that asks."""
        if self.family:
            return tied([sys.executable, "-m", "replwright.local.reaper", *self.command], signal.SIGTERM)
        return tied(self.command, self.orphan_signal, self.uid)


def tied(command: Sequence[str], orphan_signal: signal.Signals, uid: int | None = None) -> list[str]:
    """The command behind the launcher, which has the kernel send `orphan_signal` when this process is gone."""
    options = ["--parent", str(os.getpid()), "--signal", str(int(orphan_signal))]
    if uid is not None:
        options += ["--uid", str(uid)]
    return [sys.executable, "-I", "-S", str(LAUNCHER), *options, "--", *command]


def plain_environment(home: str) -> dict[str, str]:
    """For servers that know nothing of ours. REPLWRIGHT_HOME marks whose they are."""
    kept = {name: os.environ[name] for name in PLAIN if name in os.environ}
    return kept | {"REPLWRIGHT_HOME": home, "PYTHONUNBUFFERED": "1"}


def our_environment(variables: Mapping[str, str]) -> dict[str, str]:
    """For processes of our own code, which need keys of models and of the blob store: all of ours, and `variables`."""
    return {name: value for name, value in os.environ.items() if name not in _MISLEADING} | dict(variables)
