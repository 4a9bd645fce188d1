"""F23: a job is cancelled, or its deadline passes, while the model is asked or its REPLs run."""

import json
import time
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from orchestration.states import Status
from replwright.local import processes
from replwright.local.processes import Identity
from tests.support.plans import message, spawn, spawns
from tests.support.rig import Rig, until
from tests.support.scripted_model import Answer, Request, ScriptedModel

REPLS = 50
# What the design promises from the end of a job to the end of its last process.
WITHIN_S = 5.0
# None waits ready, so that each process below the host is a zygote or runs a task.
_NONE_READY = {f"REPLWRIGHT_READY_{flavour}": "0" for flavour in ("BARE", "DATA", "PLOT", "RUST")}
_ROWS = text(
    "SELECT (SELECT jsonb_agg(t ORDER BY t.id) FROM repl_tasks t WHERE t.orchestration_id = :id),"
    " (SELECT jsonb_agg(s ORDER BY s.id) FROM steps s WHERE s.orchestration_id = :id),"
    " (SELECT jsonb_agg(e ORDER BY e.seq) FROM events e WHERE e.orchestration_id = :id),"
    " (SELECT count(*) FROM model_calls c WHERE c.orchestration_id = :id)"
)
_PASS = text("UPDATE orchestrations SET deadline_at = replwright_now() WHERE id = :id")


def _cancel(rig: Rig, job: UUID) -> None:
    assert rig.ledger.cancel(job)


def _let_the_deadline_pass(rig: Rig, job: UUID) -> None:
    with rig.engine.begin() as connection:
        connection.execute(_PASS, {"id": job})


ENDINGS = pytest.mark.parametrize(
    "end", [pytest.param(_cancel, id="cancelled"), pytest.param(_let_the_deadline_pass, id="its deadline passes")]
)


@ENDINGS
def test_f23_a_call_of_the_model_that_nobody_waits_for_is_cut_off_and_its_slot_is_free(
    rig: Rig, end: Callable[[Rig, UUID], None]
) -> None:
    # given a worker with one slot, in which a model hangs
    with ScriptedModel((message("two"),), failures=(Answer(hang=True),)) as model:
        worker = rig.worker("planner", model=model, options=("-P", "threads", "-c", "1"))
        job = rig.submit()
        until(lambda: model.requests, "the model to be asked")

        # when
        end(rig, job)

        # then the call ends long before the model would, and the next job has the slot
        ended = rig.wait(job)
        after = _rows(rig, job)
        assert rig.wait(rig.submit()).answer == "two"
        assert "stopped: model scripted: the call was stopped after" in worker.logs()
        assert (ended.status.is_terminal, ended.answer) == (True, None)
        assert _rows(rig, job) == after


@ENDINGS
@pytest.mark.slow
def test_f23_every_repl_of_a_job_that_ended_is_dead_within_seconds_and_nothing_is_written_later(
    rig: Rig, end: Callable[[Rig, UUID], None]
) -> None:
    # given a host that has run something, and then runs 50 REPLs of one job
    with ScriptedModel(answering=_answer) as model:
        rig.dispatcher({"REPLWRIGHT_MAX_RUNNING": str(REPLS + 10), **_NONE_READY})
        rig.worker("planner", model=model)
        assert rig.wait(rig.submit("one")).status is Status.SUCCEEDED
        host = rig.host_pid()
        before = processes.descendants(host)
        job = rig.submit("many")
        running = until(lambda: _all_run(before, host), f"{REPLS} REPLs to run", 120)

        # when
        end(rig, job)
        ended = rig.wait(job)
        since = time.monotonic()

        # then
        left = processes.wait_gone(running, WITHIN_S)
        print(f"{len(running) - len(left)} of {len(running)} ended {time.monotonic() - since:.1f} s after the job")
        assert left == []
        after = _rows(rig, job)
        assert rig.wait(rig.submit("one")).status is Status.SUCCEEDED
        assert _rows(rig, job) == after
        assert {task.state for task in ended.tasks} == {"cancelled"}
        assert all(task.result is None for task in ended.tasks)


def _answer(request: Request) -> str:
    if request.results:
        return message("done")
    if request.question.startswith("one"):
        return spawns(a="1 + 1")
    asleep = [{**spawn(f"t{n}", "import time; time.sleep(500)"), "timeout_seconds": 600} for n in range(REPLS)]
    return json.dumps([*asleep, {"type": "resume"}])


def _all_run(before: list[Identity], host: int) -> list[Identity]:
    """The processes that came to be since, once there is one for each REPL."""
    found = [each for each in processes.descendants(host) if each not in before]
    return found if len(found) >= REPLS else []


def _rows(rig: Rig, job: UUID) -> Any:
    with rig.engine.connect() as connection:
        return tuple(connection.execute(_ROWS, {"id": job}).one())
