"""Between rows and REPLs: a claimed task becomes a job for the engine, its outcome a result for the ledger."""

from collections.abc import Sequence
from dataclasses import replace

from orchestration.ports import Blobs
from orchestration.records import ClaimedTask, Input, NamedRepl, SavedState
from orchestration.repl_job import EarlierResult, InputFile, NamedState, Replay, ReplJob, ReplOutcome
from orchestration.states import EngineName, StateKind
from orchestration.tools import Artifact, REPLResult


def job_of(task: ClaimedTask, blobs: Blobs) -> ReplJob:
    """Inputs, earlier artifacts and a named REPL's snapshot become read-only files of this node."""
    return ReplJob(
        code=task.spawn.code_to_execute,
        context_data=task.spawn.context_data,
        inputs=_inputs(task.inputs, blobs),
        results=_results(task.earlier, blobs),
        limits=task.limits,
        engine=task.spawn.engine,
        named=named_state(task.named, blobs) if task.named else None,
        group=str(task.orchestration_id),
        group_size=task.siblings,
    )


def named_state(named: NamedRepl, blobs: Blobs) -> NamedState:
    """What the engine has to know of a named REPL to go on from where it was committed."""
    return NamedState(
        key=str(named.id),
        version=named.version,
        next_version=named.fence,
        snapshot=blobs.local_path(named.snapshot) if named.snapshot else None,
        engine=named.engine,
        replay=tuple(
            Replay(
                each.spawn.code_to_execute,
                each.succeeded,
                each.spawn.context_data,
                _inputs(each.inputs, blobs),
                _results(each.earlier, blobs),
            )
            for each in named.replay
        ),
    )


def saved_state(outcome: ReplOutcome, blobs: Blobs) -> SavedState | None:
    """What the ledger keeps of a named REPL's state: the snapshot goes to the blob store first, the row follows."""
    state = outcome.state
    if state is None:
        return None
    engine = EngineName(outcome.engine)
    if state.kind is not StateKind.SAVED or state.snapshot is None:
        return SavedState(state.kind, engine, unsaved=state.unsaved)
    return SavedState(state.kind, engine, blobs.put_bytes(state.snapshot), len(state.snapshot), state.unsaved)


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


def _inputs(inputs: Sequence[Input], blobs: Blobs) -> tuple[InputFile, ...]:
    return tuple(InputFile(each.name, blobs.local_path(each.blob), each.format) for each in inputs)


def _results(earlier: Sequence[REPLResult], blobs: Blobs) -> tuple[EarlierResult, ...]:
    return tuple(
        EarlierResult(
            result.task_id,
            result.stdout,
            result.value,
            result.value_json,
            tuple((each.name, blobs.local_path(each.blob)) for each in result.artifacts),
        )
        for result in earlier
    )
