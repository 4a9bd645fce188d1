"""Numbers come from REPL results alone: what the rows say is what the answer says."""

from pathlib import Path

from sqlalchemy import text

from orchestration.states import Reason
from replwright.blobs import BlobStore
from replwright.inputs import store_inputs
from tests.support.rig import Rig, until

_FORGE = """
UPDATE repl_task_results SET stdout = replace(stdout, '57', '61'), value = replace(value, '57', '61'),
                             value_json = replace(value_json, '57', '61')
WHERE repl_task_id = (SELECT max(id) FROM repl_tasks WHERE orchestration_id = :id)
"""


def test_a_stored_result_that_is_changed_before_the_resume_changes_the_answer(rig: Rig, tmp_path: Path) -> None:
    # given a question whose result has landed, while nobody serves `resume`
    (tmp_path / "walks.csv").write_text("steps\n20\n37\n")
    blobs = BlobStore(rig.endpoints.store, cache=rig.home / "cache")
    rig.worker("dispatch", "dispatch")
    rig.worker("planner", "plan")
    job = rig.submit("sum of steps", inputs=store_inputs([tmp_path / "walks.csv"], blobs), model="offline")
    until(lambda: [task.step for task in rig.ledger.get(job).tasks if task.result][-1:] == [1], "the result to land")

    # when the row is changed
    with rig.engine.begin() as connection:
        assert connection.execute(text(_FORGE), {"id": job}).rowcount == 1
    rig.worker("resumer", "resume")

    # then the answer is the row's
    view = rig.wait(job)
    assert view.reason is Reason.ANSWERED
    assert view.answer is not None
    assert "61" in view.answer
    assert "57" not in view.answer
