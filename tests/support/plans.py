"""Replies of a model, as text."""

import json


def spawn(task_id: str, code: str) -> dict[str, object]:
    return {
        "type": "spawn_repl",
        "task_id": task_id,
        "task_type": "Compute",
        "context_data": "{}",
        "code_to_execute": code,
    }


def spawns(**code_by_id: str) -> str:
    """A plan that runs each code and resumes."""
    return json.dumps([*(spawn(task_id, code) for task_id, code in code_by_id.items()), {"type": "resume"}])


def message(text: str) -> str:
    """A plan that answers."""
    return json.dumps([{"type": "message_to_user", "message": text}])
