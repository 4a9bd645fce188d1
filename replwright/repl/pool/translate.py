"""Between rows and REPLs: a claimed task becomes a job for the engine, its outcome a result for the ledger."""

from dataclasses import replace

from orchestration.ports import Blobs
from orchestration.records import ClaimedTask
from orchestration.repl_job import EarlierResult, InputFile, ReplJob, ReplOutcome
from orchestration.tools import Artifact, REPLResult


def job_of(task: ClaimedTask, blobs: Blobs) -> ReplJob:
    """Inputs and earlier artifacts become read-only files of this node."""
    return ReplJob(
        code=task.spawn.code_to_execute,
        context_data=task.spawn.context_data,
        inputs=tuple(InputFile(each.name, blobs.local_path(each.blob), each.format) for each in task.inputs),
        results=tuple(
            EarlierResult(
                result.task_id,
                result.stdout,
                result.value,
                result.value_json,
                tuple((each.name, blobs.local_path(each.blob)) for each in result.artifacts),
            )
            for result in task.earlier
        ),
        limits=task.limits,
    )


def result_of(task: ClaimedTask, outcome: ReplOutcome, blobs: Blobs, actor_id: str) -> REPLResult:
    """The outputs go to the blob store, file first; the row follows with the landing."""
    artifacts = tuple(
        Artifact(each.name, len(each.data), blobs.put_bytes(each.data), each.media_type) for each in outcome.outputs
    )
    return replace(result_without_files(task.spawn.task_id, outcome), actor_id=actor_id, artifacts=artifacts)


def result_without_files(task_id: str, outcome: ReplOutcome) -> REPLResult:
    """The one place where the pool's own outcome becomes the model's result."""
    return REPLResult(
        task_id=task_id,
        is_success=outcome.is_success,
        stdout=outcome.stdout,
        stderr=outcome.stderr,
        execution_time=outcome.execution_time,
        value=outcome.value,
        value_json=outcome.value_json,
        error_kind=outcome.error_kind,
        engine=outcome.engine,
    )
