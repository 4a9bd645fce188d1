"""The chat-completion format around what the offline model says."""

import hashlib
import json
import time
from collections.abc import Iterator
from typing import Any

from replwright.llm.offline.plans import tools_for
from replwright.llm.offline.prompt import NoPrompt, prompt_of

_CHARS_PER_TOKEN = 4
_CHUNK_CHARS = 2000


class BadRequest(ValueError):
    """The request is none that this server answers."""


def content_of(body: dict[str, Any]) -> str:
    """What the model says to a request: a JSON list of tools. Raises BadRequest."""
    messages = body.get("messages")
    if not isinstance(messages, list):
        raise BadRequest("messages must be a list")
    try:
        return json.dumps(tools_for(prompt_of(messages)), ensure_ascii=False)
    except NoPrompt as error:
        raise BadRequest(f"the offline model reads Replwright's own prompts only: {error}") from None


def completion(body: dict[str, Any], content: str) -> dict[str, Any]:
    message = {"role": "assistant", "content": content}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    return {**_head(body, "chat.completion"), "choices": [choice], "usage": _usage(body, content)}


def stream_chunks(body: dict[str, Any], content: str) -> Iterator[dict[str, Any]]:
    head = _head(body, "chat.completion.chunk")
    yield {**head, "choices": [{"index": 0, "delta": {"role": "assistant", "content": ""}, "finish_reason": None}]}
    for at in range(0, len(content), _CHUNK_CHARS):
        delta = {"content": content[at : at + _CHUNK_CHARS]}
        yield {**head, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]}
    yield {**head, "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}
    yield {**head, "choices": [], "usage": _usage(body, content)}


def _head(body: dict[str, Any], kind: str) -> dict[str, Any]:
    digest = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
    return {"id": f"chatcmpl-{digest[:24]}", "object": kind, "created": int(time.time()), "model": body["model"]}


def _usage(body: dict[str, Any], content: str) -> dict[str, int]:
    """Approximate, as rules have no tokens: four characters count as one."""
    asked = len(json.dumps(body["messages"], ensure_ascii=False)) // _CHARS_PER_TOKEN
    told = len(content) // _CHARS_PER_TOKEN
    return {"prompt_tokens": asked, "completion_tokens": told, "total_tokens": asked + told}
