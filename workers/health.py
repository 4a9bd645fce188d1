"""What a process says of itself: problems by name, and those that only a restart cures. Facts in, problems out."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from workers.rounds import Rounds
from workers.silence import Silence

# Problems are told in the time of clocks on walls, and decided by one that never jumps.
_WALL_S = time.time() - time.monotonic()


@dataclass(frozen=True, slots=True)
class Limits:
    """In seconds. A loop that is `late_s` late is told, `stuck_s` late calls for a restart; so does a consumer that
    received nothing for `silent_s` and `mute_s`, though messages waited and it had room. `mute_s` is longer than the
    32 seconds that Celery may wait before it connects anew. `hosts_s` is how long hosts may take to start, `end_s`
    how long an end in good order may take.
    """

    late_s: float = 15.0
    stuck_s: float = 180.0
    silent_s: float = 15.0
    mute_s: float = 60.0
    hosts_s: float = 60.0
    end_s: float = 60.0


@dataclass(frozen=True, slots=True)
class Problem:
    """`since` is of `time.monotonic`. `fatal`: this process will not get over it, so it is to be restarted."""

    name: str
    what: str
    since: float
    remedy: str
    fatal: bool = False

    def __str__(self) -> str:
        since = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(self.since + _WALL_S))
        return f"{self.name}: {self.what} since {since}; {self.remedy}"


Check = Callable[[float], Problem | None]


class Health:
    """The checks of this process. Live: no fatal problem. Ready: no problem at all."""

    def __init__(self, name: str = "process") -> None:
        self.name = name
        self._checks: list[Check] = []

    def add(self, check: Check) -> None:
        """`check` gets the time of now, and returns at once."""
        self._checks.append(check)

    def problems(self, now: float | None = None) -> list[Problem]:
        at = time.monotonic() if now is None else now
        return [problem for check in self._checks if (problem := check(at)) is not None]

    def lines(self) -> list[str]:
        return [str(problem) for problem in self.problems()]


def of_loop(name: str, rounds: Rounds, limits: Limits, is_alive: Callable[[], bool], now: float) -> Problem | None:
    """A thread that goes round: dead, stuck, late, or failing for reasons of its own."""
    restart = "restart this process, and report what its log says"
    if not is_alive():
        return Problem(name, "its thread has ended", rounds.at, restart, fatal=True)
    late = now - rounds.at
    if late > limits.late_s:
        return Problem(name, "it has not come round", rounds.at, restart, fatal=late > limits.stuck_s)
    if rounds.error and not rounds.is_service and now - rounds.well_at > limits.late_s:
        return Problem(name, f"it fails: {rounds.error}", rounds.well_at, "see the log of this process")
    return None


def of_service(name: str, rounds: Rounds) -> Problem | None:
    """What a loop found missing: its error names the service and the remedy."""
    if not (rounds.error and rounds.is_service):
        return None
    what, _, remedy = rounds.error.partition("; ")
    return Problem(name, what, rounds.failed_since, remedy or "start it")


def of_broker(rounds: Rounds, address: str, limits: Limits, now: float) -> Problem | None:
    """The broker does not answer this process, by an error or not at all."""
    silent = now - rounds.at > limits.late_s
    if not (rounds.error or silent):
        return None
    since = rounds.failed_since if rounds.error else rounds.at
    remedy = "start it, or correct REPLWRIGHT_BROKER_URL: jobs are accepted, and wait"
    return Problem("broker", f"{address} cannot be reached", since, remedy)


def of_consumer(silence: Silence, limits: Limits, now: float) -> Problem | None:
    """Messages wait, and this worker, which has room, receives none of them."""
    if silence.since is None or now - silence.since < limits.silent_s:
        return None
    what = f"{_counted(silence.waiting)} and this worker, which has room, receives nothing"
    mute = now - silence.since >= limits.mute_s
    return Problem("consumer", what, silence.since, "it ends itself, to be started again", fatal=mute)


def of_hosts(problem: str, hosts: int, well_at: float, limits: Limits, now: float) -> Problem | None:
    """What the reconciler of hosts says: what keeps it from having them, that it hangs, or that no node is for them.

    `well_at` is when all was in order last, or the start.
    """
    what, _, remedy = problem.partition("; ")
    if not what and now - well_at > limits.hosts_s:
        what = "Ray does not answer" if not hosts else "the hosts do not answer"
    if not what:
        return None
    return Problem("ray", what, well_at, f"{remedy}: batches wait" if remedy else "batches wait")


def _counted(waiting: Sequence[tuple[str, int]]) -> str:
    return ", ".join(f"{count} messages wait in {queue!r}" for queue, count in waiting)
