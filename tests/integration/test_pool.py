"""The Ray pool for library callers: fresh REPLs, results in order, a timeout for each item, hosts that come back."""

import os
import signal

import psutil
import pytest

from orchestration.errors import BadInput, ServiceMissing
from orchestration.states import ErrorKind
from replwright.repl.pool.hosts import HostOptions
from replwright.repl.pool.ray_pool import RayREPLPool
from replwright.settings import Settings
from tests.support.ray_driver import Driver
from tests.support.rig import until
from tests.support.turns import spawn


def test_a_batch_comes_back_in_its_order_each_under_its_own_timeout(pool: Driver) -> None:
    outcomes = pool.execute_batch(["while True: pass", "import time; time.sleep(1.5); 'slow'", "1 + 1"], [1, 10, 10])
    assert [outcome.value for outcome in outcomes] == [None, "'slow'", "2"]
    assert outcomes[0].error_kind is ErrorKind.TIMED_OUT


def test_fresh_repls_share_nothing(pool: Driver) -> None:
    assert pool.execute("x = 1; x").value == "1"
    assert pool.execute("x").error_kind is ErrorKind.EXCEPTION


def test_a_live_repl_keeps_its_variables_until_it_is_closed(pool: Driver) -> None:
    # when
    outcomes = pool.in_a_live_repl(["x = 1", "x += 1", "x"])
    # then
    assert outcomes[-1].value == "2"
    assert pool.in_a_live_repl(["x"])[0].error_kind is ErrorKind.EXCEPTION


def test_the_handler_maps_tools_to_results_and_refuses_what_a_plan_would_be_refused_for(pool: Driver) -> None:
    results = pool.handle_batch_spawn(
        [
            spawn("endless", "while True: pass", timeout_seconds=1),
            spawn("sum", "context['a'] + 1", context_data='{"a": 2}'),
        ]
    )
    assert [(result.task_id, result.is_success, result.value) for result in results] == [
        ("endless", False, None),
        ("sum", True, "3"),
    ]
    assert pool.handle_spawn_repl(spawn("one", "6 * 7")).value == "42"
    named = [spawn("first", "n = 1", repl="counter"), spawn("second", "n += 1; n", repl="counter")]
    assert [result.value for result in pool.handle_batch_spawn(named)] == [None, "2"]
    with pytest.raises(BadInput, match="task_id"):
        pool.handle_spawn_repl(spawn("bad id"))


def test_a_host_that_was_killed_is_made_anew(pool: Driver) -> None:
    # given
    [before] = pool.stats()
    # when
    os.kill(before["pid"], signal.SIGKILL)
    # then
    until(lambda: not _alive(before["pid"]), "the host to die")
    until(lambda: pool.ensure_hosts() == 1, "a host to serve")
    assert pool.execute("1 + 1").value == "2"
    assert pool.stats()[0]["pid"] != before["pid"]


def test_a_batch_whose_host_dies_is_tried_again_by_ray_and_comes_back_once(pool: Driver) -> None:
    # given a batch that runs
    pool.ensure_hosts()
    [before] = pool.stats()
    before_it = _lives_there(before["pid"])
    running = pool.later("execute_batch", ["import time; time.sleep(1); 'a'", "'b'", "import time; time.sleep(1); 'c'"])
    # when
    until(lambda: _lives_there(before["pid"]) - before_it, "the batch to run")
    os.kill(before["pid"], signal.SIGKILL)
    # then
    assert [outcome.value for outcome in running.result(90)] == ["'a'", "'b'", "'c'"]
    until(lambda: pool.ensure_hosts() == 1, "a host to serve")


def test_how_ray_keeps_a_host_is_set_by_the_operator(monkeypatch: pytest.MonkeyPatch) -> None:
    assert HostOptions.of(Settings()) == HostOptions(3, 2, 0.5, 500 * 1024**2)
    monkeypatch.setenv("REPLWRIGHT_HOST_MAX_TASK_RETRIES", "0")
    monkeypatch.setenv("REPLWRIGHT_HOST_NUM_CPUS", "2")
    assert HostOptions.of(Settings()) == HostOptions(3, 0, 2.0, 500 * 1024**2)


def test_a_cluster_that_is_not_there_is_named_at_once() -> None:
    with pytest.raises(ServiceMissing, match=r"127.0.0.1:9 cannot be reached.*REPLWRIGHT_RAY_ADDRESS"):
        RayREPLPool.connect(Settings(ray_address="127.0.0.1:9"))


def _lives_there(host: int) -> set[int]:
    return {child.pid for child in psutil.Process(host).children(recursive=True)}


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
