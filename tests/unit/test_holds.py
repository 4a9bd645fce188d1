"""What a process holds, and how whoever works on it learns that nobody waits for that any more."""

import threading
from dataclasses import replace

from tests.support.turns import claim
from workers.holds import Holds
from workers.interrupts import Interrupt


def test_whoever_waits_is_called_once_from_the_thread_that_interrupts() -> None:
    # given
    interrupt, called = Interrupt(), []
    interrupt.on_set(lambda: called.append(threading.current_thread().name))
    # when
    other = threading.Thread(target=interrupt.set, name="other")
    other.start()
    other.join()
    interrupt.set()
    # then
    assert interrupt.is_set()
    assert called == ["other"]


def test_whoever_comes_late_is_called_at_once() -> None:
    interrupt, called = Interrupt(), []
    interrupt.set()
    interrupt.on_set(lambda: called.append("late"))
    assert called == ["late"]


def test_a_claim_is_held_until_its_turn_is_over() -> None:
    holds = Holds()
    with holds.holding(claim()):
        assert [hold.claim for hold in holds.now().values()] == [claim()]
    assert holds.now() == {}


def test_a_claim_that_comes_anew_interrupts_the_one_before_and_outlives_it() -> None:
    # given a thread that hung for longer than its claim lasted
    holds = Holds()
    first, second = holds.holding(claim()), holds.holding(replace(claim(), plan_attempt=2))
    hung = first.__enter__()
    # when
    anew = second.__enter__()
    # then
    assert hung.is_set()
    assert not anew.is_set()
    first.__exit__(None, None, None)
    assert [hold.claim.plan_attempt for hold in holds.now().values()] == [2]
    second.__exit__(None, None, None)


def test_whoever_leaves_interrupts_what_is_held_and_what_comes_later() -> None:
    holds = Holds()
    with holds.holding(claim()) as held:
        holds.close()
        assert held.is_set()
    with holds.holding(claim()) as late:
        assert late.is_set()
    assert holds.closed
