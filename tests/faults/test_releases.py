"""Hosts of two releases on one cluster: the one that is over finishes its work and ends, the other serves."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from uuid import UUID

import pytest

from orchestration.states import TaskState
from tests.support.driver import spawn
from tests.support.ray_driver import Driver, driver_on
from tests.support.rig import Rig, until

# Two drivers and two hosts come up, one after the other.
pytestmark = pytest.mark.timeout(400)
SLOW = "import time; time.sleep(8); 'slow'"


@contextmanager
def _release(rig: Rig, name: str) -> Iterator[Driver]:
    """A driver whose release is `name`; it has no host yet, and no earlier test's host takes its tasks."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("REPLWRIGHT_RELEASE", name)
        with driver_on(rig.endpoints) as driver:
            for other in driver.releases():
                until(partial(_drained, driver, other), f"the hosts of {other} to end")
            until(lambda: not driver.releases(), "their names to be gone")
            yield driver


def _drained(driver: Driver, release: str) -> bool:
    return bool(driver.drain(release) == 0)


def _plan(rig: Rig, *tasks: str, code: str, timeout_seconds: int = 60) -> UUID:
    """An orchestration whose first step waits for these tasks."""
    worker = rig.ledger.register("worker", "test", 1, "of the test")
    number = rig.submit(send=False)
    claim = rig.ledger.claim_step(number, worker, None)
    assert claim
    spawns = [replace(spawn(task, code), timeout_seconds=timeout_seconds) for task in tasks]
    rig.ledger.commit_plan(claim, spawns, None)
    return number


def _states(rig: Rig, number: UUID) -> set[TaskState]:
    return {TaskState(task.state) for task in rig.ledger.get(number).tasks}


def _ran(rig: Rig, number: UUID) -> list[tuple[str | None, int, str]]:
    """Value, attempt and release of the host, a task."""
    until(lambda: _states(rig, number) == {TaskState.DONE}, "the tasks to be done")
    return [
        (task.result.value, task.attempt, (task.result.actor_id or "").split("-")[2])
        for task in rig.ledger.get(number).tasks
        if task.result
    ]


def _hosts(rig: Rig) -> dict[str, tuple[bool, bool]]:
    """By release: whether its newest host is in the ledger still, and whether it was lost."""
    with rig.engine.connect() as connection:
        rows = connection.exec_driver_sql(
            "SELECT release, ended_at IS NULL, lost FROM processes WHERE kind = 'host' ORDER BY id"
        ).all()
    return {release: (is_live, is_lost) for release, is_live, is_lost in rows}


def test_hosts_of_a_release_that_is_over_finish_their_tasks_and_end(rig: Rig) -> None:
    with _release(rig, "first") as first, _release(rig, "second") as second:
        # given tasks that run on the host of the first release, and a driver of the second that has long joined
        assert first.ensure_hosts() == 1
        assert second.releases() == {"first"}
        slow = _plan(rig, "a", "b", code=SLOW)
        until(lambda: _states(rig, slow) == {TaskState.RUNNING}, "the tasks to run")
        # when
        assert second.drain("first") == 1
        assert first.stats()[0]["state"] == "draining"
        later = _plan(rig, "c", "d", "e", code="'quick'")
        assert second.ensure_hosts() == 1
        # then
        assert _ran(rig, later) == [("'quick'", 1, "second")] * 3
        assert _ran(rig, slow) == [("'slow'", 1, "first")] * 2
        until(lambda: second.drain("first") == 0, "the drained host to end")
        until(lambda: second.releases() == {"second"}, "its name to be gone")
        assert _hosts(rig)["first"] == (False, False)
        assert second.stats()[0]["state"] == "serving"


@pytest.mark.slow
def test_a_call_of_a_library_caller_is_finished_before_the_host_ends(rig: Rig) -> None:
    with _release(rig, "first") as first, _release(rig, "second") as second:
        # given
        assert first.ensure_hosts() == 1
        running = first.later("execute_batch", [SLOW, SLOW])
        until(lambda: not running.done() and second.drain("first") == 1, "the drain to begin")
        # when
        until(lambda: second.drain("first") == 0, "the drained host to end")
        # then
        assert [outcome.value for outcome in running.result(60)] == ["'slow'", "'slow'"]


@pytest.mark.slow
def test_a_release_that_comes_back_takes_its_draining_host_back(rig: Rig) -> None:
    with _release(rig, "first") as first, _release(rig, "second") as second:
        # given
        assert first.ensure_hosts() == 1
        number = _plan(rig, *"abcdefgh", code="import time; time.sleep(2); 1")
        until(lambda: TaskState.RUNNING in _states(rig, number), "tasks to run")
        assert second.drain("first") == 1
        [draining] = first.stats()
        # when
        first.ensure_hosts()
        # then
        [serving] = first.stats()
        assert (draining["state"], serving["state"]) == ("draining", "serving")
        assert draining["pid"] == serving["pid"]
        # and where it has ended, a new one is started
        until(lambda: second.drain("first") == 0, "the host to end")
        until(lambda: first.ensure_hosts() == 1, "another host to serve")
        assert first.stats()[0]["pid"] != draining["pid"]
        assert first.execute("6 * 7").value == "42"


def test_a_host_that_knows_of_no_drain_is_stopped(rig: Rig) -> None:
    with _release(rig, "second") as second:
        # given
        second.start_undrainable("ancient")
        assert "ancient" in second.releases()
        # when
        assert second.drain("ancient") == 0
        # then
        until(lambda: "ancient" not in second.releases(), "its name to be gone")


@pytest.mark.slow
def test_a_worker_drains_the_hosts_of_a_release_without_workers_though_one_that_did_died(rig: Rig) -> None:
    with _release(rig, "first") as first:
        # given a task on the host of the first release, none of whose workers lives, that runs for as long as it may
        assert first.ensure_hosts() == 1
        number = _plan(rig, "a", code="import time; time.sleep(500)", timeout_seconds=500)
        until(lambda: _states(rig, number) == {TaskState.RUNNING}, "the task to run")
        of_second = {"REPLWRIGHT_RELEASE": "second"}
        worker = rig.worker("second_a", "dispatch", extra=of_second)
        until(lambda: first.stats()[0]["state"] == "draining", "the host to drain")
        # when
        worker.kill()
        assert _hosts(rig)["first"] == (True, False)
        rig.worker("second_b", "dispatch", extra=of_second)
        rig.ledger.cancel(number)
        # then the host ends, once it is asked again
        until(lambda: _hosts(rig)["first"] == (False, False), "the drained host to leave the ledger")
        assert [task.attempt for task in rig.ledger.get(number).tasks] == [1]
        assert _hosts(rig)["second"] == (True, False)
