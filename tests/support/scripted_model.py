"""A model that says what a test wrote: a real loopback OpenAI-compatible server with a durable log of requests."""

import hashlib
import json
import os
import re
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from http import HTTPStatus
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from replwright.llm.offline.http import JsonHandler, LoopbackServer

_STATE = re.compile(r"<state>\s*(.*?)\s*</state>\s*<query>\s*(.*?)\s*</query>\s*\Z", re.DOTALL)
DEFAULT_MAX_STEPS = 20


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer of the server. `cut` breaks the connection off in the middle; `hang` sends nothing until the end."""

    content: str = ""
    status: int = HTTPStatus.OK
    headers: Mapping[str, str] = field(default_factory=dict)
    delay_s: float = 0.0
    finish_reason: str | None = "stop"
    hang: bool = False
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked: `turn` counts from 1; `digest` is the SHA-256 of the messages; `at` is Unix seconds.

    `results` are the task ids of what it was shown, in order, `values` their values. `steps_left` is -1 if unsaid.
    """

    number: int
    turn: int
    at: float
    digest: str
    question: str
    results: tuple[str, ...]
    plan_errors: tuple[str, ...]
    key_sent: bool
    values: tuple[str | None, ...] = ()
    steps_left: int = -1


Reply = str | Answer
Script = Sequence[Reply] | Callable[[int], Reply]
Answering = Callable[[Request], Reply]


class ScriptedModel:
    """Serves `script` by turn: a sequence (its last reply goes on), or a function of the turn. `answering`, if given,
    is asked instead, with the whole request.

    `failures` are served first, one a request. `delay_s` is waited before every answer. With `log`, each request is
    a line of JSON there, fsynced before it is answered. `max_steps` must be the jobs' own for turns to be right.
    """

    def __init__(
        self,
        script: Script = (),
        *,
        answering: Answering | None = None,
        delay_s: float = 0.0,
        failures: Sequence[Answer] = (),
        log: Path | None = None,
        max_steps: int = DEFAULT_MAX_STEPS,
    ) -> None:
        self._script = script
        self._answering = answering
        self._delay_s = delay_s
        self._failures = list(failures)
        self._log = log
        self._max_steps = max_steps
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self.requests: list[Request] = []
        self.messages: list[list[dict[str, Any]]] = []
        self.errors: list[Exception] = []
        self._server = LoopbackServer(0, _handler(self))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._server.port}/v1"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._ended.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        if self.errors and error is None:
            raise AssertionError(f"the script itself failed: {self.errors[0]!r}")

    def answer(self, body: Mapping[str, Any], key_sent: bool) -> Answer:
        """Log the request, then the answer to it. A script that raises answers 500 and fails the test at its end."""
        with self._lock:
            try:
                reply = self._scripted(self._noted(body, key_sent))
            except Exception as error:
                self.errors.append(error)
                reply = Answer(repr(error), status=HTTPStatus.INTERNAL_SERVER_ERROR)
        answer = Answer(reply) if isinstance(reply, str) else reply
        self._ended.wait(3600.0 if answer.hang else answer.delay_s or self._delay_s)
        return answer

    def _scripted(self, request: Request) -> Reply:
        if self._failures:
            return self._failures.pop(0)
        if self._answering:
            return self._answering(request)
        if callable(self._script):
            return self._script(request.turn)
        return self._script[min(request.turn, len(self._script)) - 1]

    def _noted(self, body: Mapping[str, Any], key_sent: bool) -> Request:
        messages = body["messages"]
        state, query = _sections(messages)
        request = Request(
            number=len(self.requests) + 1,
            turn=len(self.requests) + 1 if (left := state.get("steps_left")) is None else self._max_steps - int(left),
            at=time.time(),
            digest=hashlib.sha256(json.dumps(messages, sort_keys=True).encode()).hexdigest(),
            question=str(query.get("message", "")),
            results=tuple(result["task_id"] for result in state.get("completed_results", ())),
            plan_errors=tuple(state.get("plan_errors", ())),
            key_sent=key_sent,
            values=tuple(result.get("value") for result in state.get("completed_results", ())),
            steps_left=-1 if left is None else int(left),
        )
        self.requests.append(request)
        self.messages.append(messages)
        if self._log:
            with self._log.open("a") as file:
                file.write(json.dumps(asdict(request)) + "\n")
                file.flush()
                os.fsync(file.fileno())
        return request


def _sections(messages: Sequence[Mapping[str, Any]]) -> tuple[dict[str, Any], dict[str, Any]]:
    content = messages[-1]["content"]
    text = content if isinstance(content, str) else "".join(part["text"] for part in content)
    match = _STATE.search(text)
    return (json.loads(match[1]), json.loads(match[2])) if match else ({}, {})


def _handler(model: ScriptedModel) -> type[JsonHandler]:
    class Handler(JsonHandler):
        def do_POST(self) -> None:
            body = self.read_json()
            if body is None:
                return
            answer = model.answer(body, key_sent=bool(self.headers.get("Authorization")))
            if answer.hang:
                self.close_connection = True
                return
            data = _completion(body, answer) if answer.status == HTTPStatus.OK else answer.content.encode()
            self.send_response(answer.status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.close_connection = self.close_connection or answer.cut
            self.wfile.write(data[: len(data) // 2] if answer.cut else data)
            self.wfile.flush()

    return Handler


def _completion(body: Mapping[str, Any], answer: Answer) -> bytes:
    message = {"role": "assistant", "content": answer.content}
    choice = {"index": 0, "message": message, "finish_reason": answer.finish_reason}
    usage = {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120}
    head = {"id": "scripted", "object": "chat.completion", "created": 1, "model": body["model"]}
    return json.dumps({**head, "choices": [choice], "usage": usage}).encode()
