"""Whether Replwright serves, and if not, why: from what answers and what the processes say. Facts in, words out."""

from collections.abc import Iterable, Mapping
from enum import StrEnum

from models.queries.health import Health, LiveProcess

# Longer than hosts, and beat, take to come up behind the workers.
STARTING_S = 60.0
# A process is given up after 8 s, an orchestration ended at its deadline: this much later, nobody sweeps.
UNSWEPT_S = 20.0
# Silent for so long, a process counts as dead here, whether or not a sweep has said so.
DEAD_S = 12.0


class Verdict(StrEnum):
    """`degraded`: jobs are accepted, and some or all of them wait. `down`: nobody takes them up."""

    OK = "ok"
    DEGRADED = "degraded"
    DOWN = "down"


def judge(missing: Mapping[str, str], health: Health | None) -> tuple[Verdict, list[str]]:
    """`missing` are the servers ("database", "broker", "ray") that do not answer us, each with a line.

    `health` is None where the database could not be asked.
    """
    if health is None:
        return Verdict.DOWN, [missing.get("database", "the database cannot be asked")]
    problems = [*missing.values(), *reasons(health, missing)]
    if not _of("worker", health):
        return Verdict.DOWN, problems
    return (Verdict.DEGRADED if problems else Verdict.OK), problems


def reasons(health: Health, told: Iterable[str] = ()) -> list[str]:
    """Why jobs wait, as far as the rows tell, the worst first. `told` are the servers that are named already."""
    return [*_nobody(health), *_unswept(health), *_said(health, set(told))]


def _of(kind: str, health: Health) -> list[LiveProcess]:
    return [each for each in health.live if each.kind == kind and each.silent_s < DEAD_S]


def _nobody(health: Health) -> Iterable[str]:
    """Kinds of processes of which none lives."""
    workers = _of("worker", health)
    if not workers:
        yield f"no worker lives: {_count(health.open_orchestrations, 'open job')} will wait; start the workers"
        return
    # Children of a worker, and releases before this one, do not say what they serve.
    served = {queue for each in workers for queue in each.queues}
    for queue in ("plan", "resume", "dispatch"):
        if served and queue not in served:
            yield f"no worker serves the queue {queue!r}; start one"
    oldest_s = max(each.age_s for each in workers)
    if oldest_s < STARTING_S:
        return
    if not _of("host", health):
        waiting = _count(health.tasks_pending, "REPL task")
        yield f"no REPL host lives: {waiting} wait; a worker that serves 'dispatch' starts one on each node of Ray"
    if not _of("beat", health):
        yield "beat does not live: what nobody needs any more is not collected; start one"


def _unswept(health: Health) -> Iterable[str]:
    """What a sweep would have ended is still there."""
    silent = [each for each in health.live if each.silent_s > UNSWEPT_S]
    if silent:
        longest_s = max(each.silent_s for each in silent)
        who = _count(len(silent), "silent process")
        yield f"no process sweeps: {who}, for {longest_s:.0f} s; start a worker or beat"
    elif health.overdue_s > UNSWEPT_S:
        yield f"no process sweeps: a job is {health.overdue_s:.0f} s past its deadline; start a worker or beat"


def _said(health: Health, told: set[str]) -> Iterable[str]:
    """What the processes complain of, each complaint once, with who says it."""
    by_what: dict[str, list[tuple[str, LiveProcess]]] = {}
    for process in health.live:
        for line in process.problems:
            if line.partition(":")[0] not in told:
                by_what.setdefault(line.partition(" since ")[0], []).append((line, process))
    for found in by_what.values():
        line, first = found[0]
        others = f" and {len(found) - 1} more" if len(found) > 1 else ""
        yield f"{line.partition(': ')[2]} (says {first.kind} {first.id}, pid {first.pid} on {first.node}{others})"


def _count(number: int, what: str) -> str:
    plural = "es" if what.endswith("s") else "s"
    return f"{number} {what}{'' if number == 1 else plural}"
