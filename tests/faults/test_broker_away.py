"""F11: the broker is down for a while under jobs. Submit accepts, health says degraded, and all drain afterwards."""

import time

import pytest

from replwright.local import vitals
from replwright.local.verdict import Verdict
from tests.support.plans import message, spawns
from tests.support.rig import Rig, until
from tests.support.scripted_model import ScriptedModel


def _complaints(rig: Rig) -> list[int]:
    """The pids of the processes that say the broker cannot be reached."""
    live = rig.ledger.health().live
    return [each.pid for each in live if any(line.startswith("broker: ") for line in each.problems)]


@pytest.mark.parametrize(
    "seconds",
    [
        pytest.param(5, id="for 5 s"),
        pytest.param(60, id="for 60 s", marks=[pytest.mark.slow, pytest.mark.timeout(400)]),
    ],
)
def test_f11_the_broker_is_down_under_jobs(rig: Rig, seconds: float) -> None:
    with ScriptedModel(lambda turn: spawns(a="6 * 7") if turn == 1 else message("42"), delay_s=2.0) as model:
        # given workers with messages that are not acked yet
        workers = [rig.dispatcher(), rig.worker("one", model=model), rig.worker("two", model=model)]
        pids = [worker.container.pid for worker in workers]
        jobs = [rig.submit() for _ in range(6)]
        until(lambda: model.requests, "a step to be planned, whose message nobody can ack any more")

        # when the broker is down
        with rig.servers.away("valkey"):
            until_s = time.monotonic() + seconds
            # then submit still accepts
            jobs += [rig.submit() for _ in range(3)]
            # and health says that it is degraded, here and by every worker
            verdict, problems = vitals.examine(rig.endpoints)
            assert verdict is Verdict.DEGRADED, problems
            assert any("the broker" in problem and "cannot be reached" in problem for problem in problems)
            until(lambda: set(pids) <= set(_complaints(rig)), "every worker to say so")
            until(lambda: time.monotonic() > until_s, "the outage to be over", seconds + 60)
            # and no worker has died of it
            assert [worker.container.status for worker in workers] == ["running"] * 3

        # then, once it is back, all jobs drain, through the same processes, which are well again
        assert {rig.wait(job, 120).answer for job in jobs} == {"42"}
        until(lambda: not _complaints(rig), "every worker to be well")
        assert [worker.container.pid for worker in workers] == pids
        assert [worker.container.status for worker in workers] == ["running"] * 3
