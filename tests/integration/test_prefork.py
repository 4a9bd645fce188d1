"""The prefork pool works too: its children are spawned, as a forked one would hang in BAML's client."""

from orchestration.states import Status
from tests.support.plans import message, spawns
from tests.support.rig import Rig
from tests.support.scripted_model import ScriptedModel


def test_a_job_is_planned_and_resumed_by_prefork_children(rig: Rig) -> None:
    with ScriptedModel(lambda turn: spawns(a="6 * 7") if turn == 1 else message("42")) as model:
        # given
        rig.worker("dispatch", "dispatch")
        rig.worker("planner", model=model, options=("-P", "prefork", "-c", "2"))
        # when
        views = [rig.wait(job) for job in [rig.submit() for _ in range(4)]]
        # then
        assert {(view.status, view.answer) for view in views} == {(Status.SUCCEEDED, "42")}
