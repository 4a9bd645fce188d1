"""`status` says ok, degraded or down, and why: from the servers that answer and from what the processes say."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from models.queries.health import Health, LiveProcess
from replwright.local.verdict import STARTING_S, UNSWEPT_S, Verdict, judge, reasons

PLANNER = LiveProcess(1, "worker", "here", 11, "1", ("plan", "resume"), (), age_s=STARTING_S + 1, silent_s=1)
DISPATCHER = replace(PLANNER, id=2, pid=12, queues=("dispatch",))
HOST = replace(PLANNER, id=3, pid=13, kind="host", queues=())
BEAT = replace(PLANNER, id=4, pid=14, kind="beat", queues=())
ALL = (PLANNER, DISPATCHER, HOST, BEAT)


def _health(live: Sequence[LiveProcess] = ALL, open_jobs: int = 0, overdue_s: float = 0.0, pending: int = 0) -> Health:
    return Health(open_jobs, tuple(live), pending, 0, overdue_s)


def _without(*gone: LiveProcess) -> list[LiveProcess]:
    return [each for each in ALL if each not in gone]


def test_all_that_is_needed_lives_and_complains_of_nothing() -> None:
    assert judge({}, _health(open_jobs=5)) == (Verdict.OK, [])


def test_without_the_database_nothing_is_known_and_nothing_accepted() -> None:
    line = "the database x cannot be reached; start it"

    assert judge({"database": line, "broker": "away, too"}, None) == (Verdict.DOWN, [line])


def test_without_the_broker_jobs_are_accepted_and_wait() -> None:
    # given a broker that neither we nor the workers reach
    line = "the broker x cannot be reached; start it"
    said = "broker: redis://x cannot be reached since 2026-01-01 00:00:00 UTC; start it"
    live = [replace(each, problems=(said,)) for each in ALL]

    assert judge({"broker": line}, _health(live)) == (Verdict.DEGRADED, [line])


def test_without_workers_nobody_takes_jobs_up() -> None:
    verdict, why = judge({}, _health([HOST, BEAT], open_jobs=2))

    assert verdict is Verdict.DOWN
    assert why == ["no worker lives: 2 open jobs will wait; start the workers"]


@pytest.mark.parametrize(
    ("gone", "why"),
    [
        (PLANNER, "no worker serves the queue 'plan'"),
        (DISPATCHER, "no worker serves the queue 'dispatch'"),
        (HOST, "no REPL host lives: 7 REPL tasks wait"),
        (BEAT, "beat does not live"),
    ],
)
def test_a_kind_of_process_that_is_missing_is_named(gone: LiveProcess, why: str) -> None:
    verdict, lines = judge({}, _health(_without(gone), pending=7))

    assert verdict is Verdict.DEGRADED
    assert lines[0].startswith(why)


def test_workers_that_were_all_killed_do_not_live_though_nobody_has_said_so_yet() -> None:
    assert judge({}, _health([replace(each, silent_s=13.0) for each in ALL]))[0] is Verdict.DOWN


def test_hosts_and_beat_may_take_a_while_to_come_up_behind_the_workers() -> None:
    young = [replace(PLANNER, age_s=5.0), replace(DISPATCHER, age_s=5.0)]

    assert judge({}, _health(young)) == (Verdict.OK, [])


def test_workers_that_do_not_say_what_they_serve_are_not_doubted() -> None:
    live = [replace(PLANNER, queues=()), HOST, BEAT]

    assert judge({}, _health(live)) == (Verdict.OK, [])


def test_what_a_sweep_would_have_ended_shows_that_nobody_sweeps() -> None:
    silent = _health([replace(PLANNER, silent_s=UNSWEPT_S + 1), *_without(PLANNER)])

    assert any(line.startswith("no process sweeps: 1 silent process, for 21 s") for line in reasons(silent))
    assert reasons(_health(overdue_s=UNSWEPT_S + 1))[0].startswith("no process sweeps: a job is 21 s past its deadline")
    assert reasons(_health(overdue_s=UNSWEPT_S - 1)) == []


def test_a_complaint_is_told_once_with_who_says_it() -> None:
    # given two processes that found the same thing missing, a second apart
    said = [f"ray: Ray at h:1 cannot be reached since 2026-01-01 00:00:0{second} UTC; batches wait" for second in "12"]
    live = [
        replace(DISPATCHER, problems=(said[0],)),
        replace(DISPATCHER, id=9, problems=(said[1],)),
        *_without(DISPATCHER),
    ]

    assert reasons(_health(live)) == [
        "Ray at h:1 cannot be reached since 2026-01-01 00:00:01 UTC; batches wait "
        "(says worker 2, pid 12 on here and 1 more)"
    ]
