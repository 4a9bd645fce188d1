"""One service's life, with real processes: begun anew when it dies, given up, stopped within its time."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from orchestration.errors import ServiceMissing
from replwright.local import processes
from replwright.local.paths import Layout
from replwright.local.runner import MAX_CRASHES, Runner, Stage
from replwright.local.service import Service, tied

SLEEP = [sys.executable, "-S", "-c", "import time; time.sleep(60)"]
STUBBORN = [sys.executable, "-S", "-c", "import signal, time; signal.signal(15, signal.SIG_IGN); time.sleep(60)"]

Make = Callable[[Service], Runner]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    (tmp_path / "logs").mkdir()
    made: list[Runner] = []

    def build(service: Service) -> Runner:
        made.append(Runner(service, Layout(tmp_path, tmp_path), lambda _: None))
        return made[-1]

    yield build
    for runner in made:
        runner.stop(time.monotonic())
        while runner.running:
            runner.tick(time.monotonic(), may_run=False)
            time.sleep(0.01)


def _service(command: list[str], **options: object) -> Service:
    return Service(name="x", title="X", command=command, environment=dict(os.environ), **options)  # type: ignore[arg-type]


def _tick(runner: Runner, until: Callable[[], bool], *, may_run: bool = True, step_s: float = 0.0) -> None:
    """Look at the runner until something holds. `step_s` lets its clock run faster than ours."""
    now, deadline = time.monotonic(), time.monotonic() + 20
    while not until():
        assert time.monotonic() < deadline, runner.stage
        now = max(now + step_s, time.monotonic())
        runner.tick(now, may_run=may_run)
        time.sleep(0.01)


def test_a_service_that_is_killed_is_started_again(make: Make) -> None:
    runner = make(_service(SLEEP))
    _tick(runner, lambda: runner.up)
    first = runner.view.pid

    os.kill(first, signal.SIGKILL)
    _tick(runner, lambda: runner.up and runner.view.pid != first)

    assert runner.restarts == 1


def test_a_service_that_others_kill_is_started_again_however_often(make: Make) -> None:
    runner = make(_service(SLEEP))
    for kills in range(MAX_CRASHES + 2):
        _tick(runner, lambda: runner.up, step_s=0.1)
        assert runner.restarts == kills
        os.kill(runner.view.pid, signal.SIGKILL)
        _tick(runner, lambda: not runner.up, step_s=0.1)


def test_a_service_that_keeps_dying_is_given_up_with_one_line(make: Make) -> None:
    runner = make(_service([sys.executable, "-S", "-c", "import time; time.sleep(0.05); raise SystemExit('no luck')"]))

    with pytest.raises(ServiceMissing, match=rf"no luck \({MAX_CRASHES} times in"):
        _tick(runner, lambda: False, step_s=0.1)


def test_a_service_that_fails_at_its_first_start_fails_the_stack(make: Make) -> None:
    runner = make(_service([sys.executable, "-S", "-c", "raise SystemExit('wrong')"], ready=lambda: False))

    with pytest.raises(ServiceMissing, match="X ended with exit code 1: wrong"):
        _tick(runner, lambda: False)


def test_a_service_that_never_is_ready_is_ended(make: Make) -> None:
    runner = make(_service(SLEEP, ready=lambda: False, ready_within_s=0.2))

    with pytest.raises(ServiceMissing, match="did not become ready"):
        _tick(runner, lambda: False)


def test_a_service_that_served_and_is_not_ready_in_time_again_is_started_once_more(make: Make) -> None:
    # given a service that served once, was killed, and does not get ready again
    ready = [True]
    runner = make(_service(SLEEP, ready=lambda: ready[0], ready_within_s=0.3))
    _tick(runner, lambda: runner.up)
    ready[0] = False
    os.kill(runner.view.pid, signal.SIGKILL)
    _tick(runner, lambda: runner.restarts == 2)

    # when what kept it from that is over
    ready[0] = True

    # then it serves, and the stack did not end
    _tick(runner, lambda: runner.up)


def test_a_service_that_others_ask_to_end_is_started_again_however_often(make: Make, tmp_path: Path) -> None:
    # given a service that ends with exit code 0 when it is asked to
    mark = tmp_path / "ready"
    code = (
        f"import signal, sys, time; signal.signal(15, lambda *_: sys.exit(0)); open({str(mark)!r}, 'w'); time.sleep(60)"
    )
    command = [sys.executable, "-S", "-c", code]
    runner = make(_service(command, before=lambda: mark.unlink(missing_ok=True), ready=mark.exists))

    # when somebody asks, more often than it may crash
    for ends in range(MAX_CRASHES + 2):
        _tick(runner, lambda: runner.up, step_s=0.1)
        assert runner.restarts == ends
        os.kill(runner.view.pid, signal.SIGTERM)
        _tick(runner, lambda: not runner.up)

    # then it serves once more
    _tick(runner, lambda: runner.up)


def test_a_once_is_done_at_its_end(make: Make) -> None:
    runner = make(_service([sys.executable, "-S", "-c", ""], once=True))

    _tick(runner, lambda: runner.stage is Stage.DONE)

    assert runner.up
    assert not runner.running


def test_a_service_that_ignores_its_signal_is_killed(make: Make) -> None:
    runner = make(_service(STUBBORN, stop_s=0.3))
    _tick(runner, lambda: runner.up)

    runner.stop(time.monotonic())
    _tick(runner, lambda: runner.stage is Stage.STOPPED, may_run=False)

    assert not runner.running


def test_what_a_service_leaves_behind_goes_with_it(make: Make, tmp_path: Path) -> None:
    # given a service whose grandchild would live on
    written = tmp_path / "pid"
    code = (
        "import subprocess, sys, time; "
        f"child = subprocess.Popen({SLEEP!r}, start_new_session=True); "
        f"open({str(written)!r}, 'w').write(str(child.pid)); time.sleep(60)"
    )
    runner = make(_service([sys.executable, "-S", "-c", code], family=True, stop_s=8.0))
    _tick(runner, lambda: runner.up and written.exists() and written.read_text() != "")
    grandchild = processes.identify(int(written.read_text()))
    assert grandchild is not None

    # when
    runner.stop(time.monotonic())
    _tick(runner, lambda: runner.stage is Stage.STOPPED, may_run=False)

    # then
    assert not processes.alive(grandchild)


def test_a_child_dies_with_its_parent() -> None:
    # given a parent that starts a tied child, tells its pid, and is killed
    code = (
        "import subprocess, sys, time; from signal import SIGKILL; from replwright.local.service import tied; "
        f"child = subprocess.Popen(tied({SLEEP!r}, SIGKILL)); print(child.pid, flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    assert parent.stdout is not None
    child = processes.identify(int(parent.stdout.readline()))
    assert child is not None

    # when
    parent.kill()
    parent.wait()
    parent.stdout.close()

    # then
    assert processes.wait_gone([child], 10) == []


def test_a_launcher_whose_parent_is_gone_starts_nothing(tmp_path: Path) -> None:
    command = tied([sys.executable, "-c", f"open({str(tmp_path / 'ran')!r}, 'w')"], signal.SIGKILL)
    command[command.index("--parent") + 1] = "1"

    ended = subprocess.run(command, capture_output=True, check=False)

    assert ended.returncode != 0
    assert not (tmp_path / "ran").exists()


def test_a_reused_pid_is_not_mistaken_for_the_process_that_had_it() -> None:
    child = subprocess.Popen(SLEEP)
    try:
        known = processes.identify(child.pid)
        assert known is not None
        another = processes.Identity(known.pid, known.start + 1)

        assert processes.alive(known)
        assert not processes.alive(another)
        assert not processes.send(another, signal.SIGKILL)
        assert child.poll() is None
    finally:
        child.kill()
        child.wait()
