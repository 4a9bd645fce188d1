"""An orchestration as JSON, the shape that programs rely on."""

from typing import Any

from orchestration.tools import REPLResult
from orchestration.views import AttemptView, OrchestrationView, TaskView


def as_json(view: OrchestrationView) -> dict[str, Any]:
    """What `run --json` and `show --json` print."""
    return {
        "id": str(view.id),
        "status": view.status.value,
        "reason": view.reason.value if view.reason else None,
        "answer": view.answer,
        "detail": view.detail,
        "data": None,
        "steps": max((step.ordinal for step in view.steps), default=0),
        "repl_tasks": [task_json(task) for task in asked_for(view)],
        "usage": {
            "model_calls": view.usage.model_calls,
            "input_tokens": view.usage.input_tokens,
            "output_tokens": view.usage.output_tokens,
        },
        "retries": view.retries,
        "forked_from": str(view.forked_from) if view.forked_from else None,
        "forked_step": view.forked_step,
        "attempts": [attempt_json(each) for each in view.attempts],
    }


def attempt_json(each: AttemptView) -> dict[str, Any]:
    """One attempt at a step, or at a REPL task of it."""
    return {
        "step": each.step,
        "task_id": each.task_id,
        "attempt": each.attempt,
        "process": each.process,
        "started_at": each.started_at.isoformat(),
        "ended_at": each.ended_at.isoformat() if each.ended_at else None,
        "outcome": each.outcome,
    }


def asked_for(view: OrchestrationView) -> list[TaskView]:
    """The tasks that a plan asked for; those of step 0 are our own look at the inputs."""
    return [task for task in view.tasks if task.step > 0]


def task_json(task: TaskView) -> dict[str, Any]:
    """One REPL task; its result's fields are empty until it landed."""
    result = task.result or REPLResult(task.task_id, is_success=False)
    return {"step": task.step, "state": task.state, "attempt": task.attempt, **result_json(result)}


def result_json(result: REPLResult) -> dict[str, Any]:
    """What a REPL task left behind."""
    return {
        "task_id": result.task_id,
        "is_success": result.is_success,
        "stdout": result.stdout,
        "stderr": result.stderr,
        "value": result.value,
        "error_kind": result.error_kind.value if result.error_kind else None,
        "execution_time": result.execution_time,
        "engine": result.engine,
        "artifacts": [{"name": each.name, "size": each.size, "blob": each.blob} for each in result.artifacts],
    }
