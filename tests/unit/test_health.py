"""What a process says of itself, given times and facts: named problems, and which of them call for a restart."""

import re

import pytest

from orchestration.errors import ServiceMissing
from workers import health
from workers.health import Health, Limits, Problem
from workers.rounds import Rounds
from workers.silence import Look, Silence

LIMITS = Limits(late_s=10, stuck_s=100, silent_s=10, mute_s=60)
WAITING = (("plan", 3),)


def _alive() -> bool:
    return True


def _rounds(at: float) -> Rounds:
    rounds = Rounds()
    rounds.at = rounds.well_at = at
    return rounds


def _looks(*seen: Look) -> Silence:
    silence = Silence(gap_s=15)
    for look in seen:
        silence.look(look)
    return silence


def test_a_process_without_problems_is_live_and_ready() -> None:
    mine = Health()
    mine.add(lambda now: health.of_loop("sweeper", _rounds(100.0), LIMITS, _alive, now))

    assert mine.problems(now=101.0) == []


@pytest.mark.parametrize(("late_s", "told", "fatal"), [(9, False, False), (11, True, False), (101, True, True)])
def test_a_loop_that_is_late_is_told_and_one_that_is_stuck_is_to_be_restarted(
    late_s: float, told: bool, fatal: bool
) -> None:
    found = health.of_loop("sweeper", _rounds(500.0), LIMITS, _alive, 500.0 + late_s)

    assert (found is not None, bool(found and found.fatal)) == (told, fatal)


def test_a_loop_whose_thread_has_ended_is_to_be_restarted_at_once() -> None:
    found = health.of_loop("pulse", _rounds(500.0), LIMITS, lambda: False, 500.5)

    assert found is not None
    assert (found.name, found.fatal, found.what) == ("pulse", True, "its thread has ended")


def test_a_loop_that_comes_round_and_fails_is_told_but_not_restarted() -> None:
    rounds = Rounds()
    rounds.went_wrong(RuntimeError("no room"))

    found = health.of_loop("sweeper", rounds, LIMITS, _alive, rounds.at + 9)
    later = health.of_loop("sweeper", rounds, Limits(late_s=0, stuck_s=100), _alive, rounds.at + 1)

    assert found is None
    assert later is not None
    assert (later.what, later.fatal) == ("it has not come round", False)
    rounds.well_at -= 60
    failing = health.of_loop("sweeper", rounds, LIMITS, _alive, rounds.at)
    assert failing is not None
    assert (failing.what, failing.fatal) == ("it fails: RuntimeError: no room", False)


def test_a_missing_service_is_told_with_its_own_words_and_is_no_fault_of_the_loop() -> None:
    rounds = Rounds()
    rounds.went_wrong(ServiceMissing("PostgreSQL at db cannot be reached", "start it"))
    first = rounds.failed_since
    rounds.went_wrong(ServiceMissing("PostgreSQL at db cannot be reached", "start it"))

    found = health.of_service("database", rounds)
    rounds.well_at -= 60

    assert found == Problem("database", "PostgreSQL at db cannot be reached", first, "start it")
    assert health.of_loop("sweeper", rounds, LIMITS, _alive, rounds.at) is None
    rounds.went_well()
    assert health.of_service("database", rounds) is None


def test_a_broker_that_refuses_and_one_that_says_nothing_are_both_away() -> None:
    refused, mute = Rounds(), _rounds(500.0)
    refused.went_wrong(ConnectionRefusedError("no"))

    assert health.of_broker(_rounds(500.0), "redis://h:1//", LIMITS, 509.0) is None
    for rounds, now in ((refused, refused.at), (mute, 511.0)):
        found = health.of_broker(rounds, "redis://h:1//", LIMITS, now)
        assert found is not None
        assert (found.what, found.fatal) == ("redis://h:1// cannot be reached", False)
        assert "jobs are accepted, and wait" in found.remedy


def test_a_consumer_is_silent_from_the_first_look_at_which_it_was() -> None:
    silence = _looks(*(Look(at, WAITING, room=4, received=7) for at in (100.0, 102.0, 104.0)))

    assert silence.since == 100.0
    assert health.of_consumer(silence, LIMITS, now=109.0) is None
    told, fatal = health.of_consumer(silence, LIMITS, now=111.0), health.of_consumer(silence, LIMITS, now=160.0)
    assert told is not None
    assert fatal is not None
    assert (told.fatal, fatal.fatal) == (False, True)
    assert "3 messages wait in 'plan'" in told.what


@pytest.mark.parametrize(
    "last",
    [
        pytest.param(Look(102.0, (), room=4, received=7), id="nothing waits"),
        pytest.param(Look(102.0, WAITING, room=0, received=7), id="it has no room"),
        pytest.param(Look(102.0, WAITING, room=4, received=8), id="it received one"),
        pytest.param(Look(120.0, WAITING, room=4, received=7), id="the whole process stood still"),
    ],
)
def test_a_consumer_with_an_excuse_is_not_silent(last: Look) -> None:
    silence = _looks(Look(100.0, WAITING, room=4, received=7), last)

    assert silence.since in (None, last.at)


def test_an_outage_of_the_broker_is_not_held_against_the_consumer() -> None:
    silence = _looks(Look(100.0, WAITING, room=4, received=7))

    silence.broken_off()
    silence.look(Look(103.0, WAITING, room=4, received=7))

    assert silence.since == 103.0


def test_what_the_reconciler_says_becomes_a_problem_of_ray() -> None:
    away = health.of_hosts("Ray at h:1 cannot be reached; run `replwright up`", 0, 5.0, LIMITS, now=6.0)

    assert away == Problem("ray", "Ray at h:1 cannot be reached", 5.0, "run `replwright up`: batches wait")


@pytest.mark.parametrize(("after_s", "told"), [(59, False), (61, True)])
def test_a_reconciler_that_hangs_is_told_once_hosts_would_have_started(after_s: float, told: bool) -> None:
    assert (health.of_hosts("", 0, 5.0, LIMITS, now=5.0 + after_s) is not None) == told


def test_a_problem_is_one_line_with_a_time_that_people_read() -> None:
    line = str(Problem("ray", "Ray at h:1 cannot be reached", 1.0, "batches wait"))

    assert re.fullmatch(
        r"ray: Ray at h:1 cannot be reached since \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC; batches wait", line
    )
