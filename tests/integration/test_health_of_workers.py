"""Real workers: what their probes and their rows say when the consumer falls silent, or Ray or the broker is away."""

from pathlib import Path

import pytest

from orchestration.states import Status
from tests.support.plans import message
from tests.support.probing import free_port, probe
from tests.support.rig import Rig, until
from tests.support.scripted_model import ScriptedModel
from tests.support.silenced_app import SILENCE


def _at(port: int) -> dict[str, str]:
    return {"REPLWRIGHT_HEALTH_PORT": str(port)}


def _told(rig: Rig, name: str) -> list[str]:
    """What live processes have in their rows under this name."""
    return [line for each in rig.ledger.health().live for line in each.problems if line.startswith(f"{name}: ")]


def test_a_worker_that_works_is_live_and_ready_and_says_what_it_serves(rig: Rig) -> None:
    port = free_port()

    rig.worker("planner", extra=_at(port))

    assert (probe(port, "/livez"), probe(port, "/readyz")) == ((200, []), (200, []))
    [mine] = [each for each in rig.ledger.health().live if each.kind == "worker"]
    assert (mine.queues, mine.problems) == (("plan", "resume"), ())


@pytest.mark.parametrize("how", ["cancel", "hang"])
def test_a_worker_whose_consumer_is_silent_says_so_and_ends_itself_to_be_started_again(
    rig: Rig, tmp_path: Path, how: str
) -> None:
    with ScriptedModel((message("done"),)) as model:
        # given a worker whose consumer has fallen silent: connected, or with a loop that hangs
        port, mark = free_port(), tmp_path / "silence"
        worker = rig.worker(
            "planner", model=model, extra=_at(port) | {SILENCE: str(mark)}, app="tests.support.silenced_app"
        )
        mark.write_text(how)
        until(lambda: not mark.exists(), "the consumer to fall silent")

        # when a message waits for it
        job = rig.submit()

        # then it is not ready, and says why; its row says it too
        until(lambda: any("consumer: " in line for line in probe(port, "/readyz")[1]), "it to be unready")
        until(lambda: _told(rig, "consumer"), "its row to say so")
        assert "this worker, which has room, receives nothing" in _told(rig, "consumer")[0]
        # and it ends itself, with an exit code by which a supervisor knows that it is to be started again
        until(lambda: worker.container.status == "exited", "the worker to end")
        assert worker.container.returncode == 1

        # when it is, it consumes again
        worker.restart()
        assert rig.wait(job).status is Status.SUCCEEDED


def test_a_worker_without_ray_says_so_and_lives(rig: Rig) -> None:
    port, nobody = free_port(), free_port()

    worker = rig.worker("dispatch", "dispatch", extra=_at(port) | {"REPLWRIGHT_RAY_ADDRESS": f"127.0.0.1:{nobody}"})

    until(lambda: _told(rig, "ray"), "its row to say so")
    assert f"Ray at 127.0.0.1:{nobody} cannot be reached" in _told(rig, "ray")[0]
    assert "batches wait" in _told(rig, "ray")[0]
    assert probe(port, "/readyz")[0] == 503
    assert probe(port, "/livez") == (200, [])
    assert worker.container.status == "running"
