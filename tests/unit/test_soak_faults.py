"""A soak's schedule, what it calls recovered, its statistics, and what it reads in logs."""

import itertools
from pathlib import Path

import pytest

from orchestration.errors import BadInput
from tests.reliability.soak.recovery import GIVEN_UP_S, STEP, TASK, Held, Now, Struck, Watch, still_held
from tests.reliability.soak.refusals import Refusals
from tests.reliability.soak.report import by_kind, missed_goals, percentile, spread
from tests.reliability.soak.schedule import GROUPS, LEAST_GAP_S, MOST_GAP_S, Fault, faults_of, strikes
from tests.reliability.soak.verdict import SWEEP_S, longest_gap, slack_s
from tests.support.seeds import seeds


def test_a_schedule_is_repeated_by_its_seed_and_meets_every_fault_early() -> None:
    for seed in seeds("soak schedule", 20):
        first = list(itertools.islice(strikes(seed, faults_of([])), 200))

        assert first == list(itertools.islice(strikes(seed, faults_of([])), 200))
        assert {fault for strike in first[: len(Fault)] for fault in strike.faults} == set(Fault)
        assert all(LEAST_GAP_S <= strike.gap_s <= MOST_GAP_S for strike in first)
        assert {len(strike.faults) for strike in first} == {1, 2}
        assert all(len(set(strike.faults)) == len(strike.faults) for strike in first)


def test_a_schedule_of_some_groups_has_no_other_faults() -> None:
    faults = faults_of(["worker", "host"])

    found = {fault for strike in itertools.islice(strikes(1, faults), 300) for fault in strike.faults}

    assert found == {Fault.PLAN, Fault.DISPATCH, Fault.HOST}
    assert {fault for group in GROUPS.values() for fault in group} == set(Fault)
    with pytest.raises(BadInput, match=r"--kinds: 'disk' is unknown; name some of worker"):
        faults_of(["disk"])


@pytest.mark.parametrize(
    ("held", "now", "moved"),
    [
        pytest.param(Held(STEP, 1, 4), Now(STEP, 1, 4, "planning"), False, id="step that nobody took back"),
        pytest.param(Held(STEP, 1, 4), Now(STEP, 1, 4, "ready"), False, id="step that may be claimed"),
        pytest.param(Held(STEP, 1, 4), Now(STEP, 1, 5, "planning"), True, id="step that was claimed again"),
        pytest.param(Held(STEP, 1, 4), Now(STEP, 1, 4, "waiting"), True, id="step whose plan was committed before"),
        pytest.param(Held(STEP, 1, 4), Now(STEP, 1, 4, "failed"), True, id="step that ended"),
        pytest.param(Held(TASK, 1, 2), Now(TASK, 1, 2, "running"), False, id="task that nobody took back"),
        pytest.param(Held(TASK, 1, 2), Now(TASK, 1, 2, "pending"), False, id="task that may be claimed"),
        pytest.param(Held(TASK, 1, 2), Now(TASK, 1, 3, "running"), True, id="task that was claimed again"),
        pytest.param(Held(TASK, 1, 2), Now(TASK, 1, 3, "pending"), True, id="task that was claimed and lost again"),
        pytest.param(Held(TASK, 1, 2), Now(TASK, 1, 2, "done"), True, id="task that landed"),
        pytest.param(Held(TASK, 1, 2), Now(TASK, 1, 2, "cancelled"), True, id="task that was cancelled"),
        pytest.param(Held(TASK, 1, 2), Now(STEP, 1, 9, "done"), True, id="task that is gone, and a step of its number"),
    ],
)
def test_what_was_held_is_recovered_once_it_is_claimed_again_landed_or_ended(held: Held, now: Now, moved: bool) -> None:
    assert (still_held([held], [now]) == frozenset()) is moved


def test_a_fault_is_recovered_from_when_the_service_serves_and_the_work_goes_on() -> None:
    answers = {"serves": False, "moves": False}
    struck = Struck(Fault.HOST, hit=True)
    watch = Watch(struck, lambda: answers["serves"], lambda: answers["moves"])

    assert not watch.look(struck.at + 1)
    answers["moves"] = True
    assert not watch.look(struck.at + 2)
    assert struck.recovered_s is not None
    assert struck.served_s is None
    answers["serves"] = True
    assert watch.look(struck.at + 3)
    assert not struck.lost


def test_a_fault_that_is_not_recovered_from_is_told() -> None:
    struck = Struck(Fault.HOST, hit=True)
    watch = Watch(struck, lambda: False)

    assert not watch.look(struck.at + GIVEN_UP_S)
    assert watch.look(struck.at + GIVEN_UP_S + 1)
    assert struck.lost


def test_percentiles_are_values_that_were_seen() -> None:
    values = [float(value) for value in range(20, 0, -1)]

    assert [percentile(values, share) for share in (0.05, 0.5, 0.95, 1.0)] == [1.0, 10.0, 19.0, 20.0]
    assert percentile([3.0], 0.95) == 3.0
    assert percentile([], 0.5) is None
    assert spread([None, 2.0, None, 1.0]) == {"many": 2, "p50": 1.0, "p95": 2.0, "max": 2.0}


def test_goals_are_held_against_faults_that_hit_and_were_alone() -> None:
    struck = [
        Struck(Fault.HOST, hit=True, served_s=9.0, recovered_s=11.0),
        Struck(Fault.HOST, hit=True, alone=False, served_s=50.0, recovered_s=50.0),
        Struck(Fault.HOST, hit=False, why="there was no such process just then"),
        Struck(Fault.POSTGRES, hit=True, served_s=19.0, recovered_s=19.5),
    ]

    kinds = by_kind(struck)

    assert {name: kinds["host"][name] for name in ("tried", "hit", "alone")} == {"tried": 3, "hit": 2, "alone": 1}
    assert kinds["host"]["served_s"]["max"] == 50.0
    assert missed_goals(kinds) == ["host: p95 11.0 s, the goal is 10 s (recovered_alone_s)"]


def test_a_job_may_be_late_by_one_sweep_and_by_the_time_that_nobody_could_sweep() -> None:
    postgres = Struck(Fault.POSTGRES, hit=True, served_s=3.0)
    overlapping, apart = [(0.0, 10.0), (5.0, 30.0), (20.0, 25.0)], [(0.0, 10.0), (5.0, 30.0), (42.0, 50.0)]

    assert [longest_gap(spans) for spans in ([], overlapping, apart)] == [0.0, 0.0, 12.0]
    assert slack_s([postgres], overlapping) == SWEEP_S + 3.0
    assert slack_s([postgres], apart) == SWEEP_S + 12.0


def test_refusals_are_counted_once_over_rotated_logs(tmp_path: Path) -> None:
    # given a log, read while a line is half written
    logs, ray = tmp_path / "logs", tmp_path / "r"
    hosts = ray / "session_2026" / "logs"
    logs.mkdir()
    hosts.mkdir(parents=True)
    plan = logs / "plan.log"
    plan.write_text("Task x succeeded in 0.1s: 'given up: step 1 is not ours'\nTask y succeeded: 'giv")
    refusals = Refusals(logs, ray)
    refusals.look()

    # when it grows, is rotated, and a host refuses too
    with plan.open("a") as file:
        file.write("en up: step 2'\nTraceback (most recent call last):\n  File x\norchestration.errors.Fenced: no\n")
    plan.rename(logs / "plan.log.1")
    plan.write_text("sweep: 1 ended, 3 steps and 4 tasks returned, 0 batches closed\n")
    (hosts / "worker-1.err").write_text("landing refused for tasks (7, 8): claimed by another or ended\n")
    refusals.look()
    refusals.look()

    # then each is counted once, and the host's log outlives Ray's folder
    expected = {"steps refused": 2, "steps taken back": 3, "tasks taken back": 4, "results refused": 2}
    assert dict(refusals.counted) == expected
    assert dict(refusals.errors) == {"Fenced": 1}
    assert [path.name for path in (logs / "ray").iterdir()] == ["session_2026-worker-1.err"]
