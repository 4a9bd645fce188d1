"""A model behind BAML: one attempt a call, its raw reply and its cost captured even when it cannot be parsed."""

import os
import time
from typing import Any

from orchestration.errors import BadInput, ModelFailure, ModelStopped
from orchestration.ports import Interrupt
from orchestration.records import ParsedPlan, Reply, Turn
from orchestration.tools import REPLState
from replwright.llm.choose import ModelChoice, resolve_model
from replwright.llm.failures import http_failure, unreachable
from replwright.llm.hashing import request_hash
from replwright.llm.loopback import bypass_proxy
from replwright.llm.replies import MAX_REPLY_CHARS, TOO_LONG, parse_reply
from replwright.settings import Settings

CONNECT_TIMEOUT_S = 10.0
REQUEST_TIMEOUT_S = 180.0
_HTTP_OK = 200


class BamlModel:
    """Implements orchestration.ports.Model for every model but a given plan. Safe to share between threads."""

    def __init__(self, settings: Settings, request_timeout_s: float = REQUEST_TIMEOUT_S) -> None:
        self._settings = settings
        self._timeout_s = request_timeout_s

    def request_hash(self, turn: Turn, state: REPLState) -> str:
        return request_hash(turn, state)

    def parse(self, reply: Reply) -> ParsedPlan:
        return parse_reply(reply)

    def ask(self, turn: Turn, state: REPLState, interrupt: Interrupt) -> Reply:
        """Call the model once. Raises ModelFailure, whose text never holds the key, and ModelStopped."""
        try:
            choice = resolve_model(self._settings, turn.model)
        except BadInput as error:
            raise ModelFailure(f"{error}; restart the workers with it", retryable=False) from None
        timeout_s = max(1.0, min(self._timeout_s, turn.seconds_left))
        return _call(choice, turn, state, timeout_s, interrupt)


def _call(choice: ModelChoice, turn: Turn, state: REPLState, timeout_s: float, interrupt: Interrupt) -> Reply:
    # Loaded at the first call: processes that never ask a model start faster, and none forks after it.
    # BAML would print every prompt to the terminal.
    os.environ.setdefault("BAML_LOG", "off")
    from baml_py import AbortController, Collector
    from baml_py.errors import BamlAbortError, BamlClientFinishReasonError, BamlError, BamlTimeoutError

    from baml_client import b
    from replwright.llm.baml_values import to_query, to_state

    collector, controller = Collector(), AbortController(timeout_ms=int(timeout_s * 1000) + 1000)
    options = {"client_registry": _registry(choice, timeout_s), "collector": collector, "abort_controller": controller}
    started, finish_reason = time.monotonic(), "stop"
    # Closes the connection; from another thread, as this one waits below.
    interrupt.on_set(controller.abort)
    try:
        b.OrchestrateREPLTasks(to_state(state, turn.show_samples), to_query(turn.query), baml_options=options)
    except BamlClientFinishReasonError as error:
        finish_reason = error.finish_reason or "unknown"
    except (BamlTimeoutError, BamlAbortError):
        if interrupt.is_set():
            after_s = time.monotonic() - started
            raise ModelStopped(f"model {choice.name}: the call was stopped after {after_s:.1f} s") from None
        raise unreachable(choice, f"no reply within {timeout_s:.0f} s") from None
    except BamlError as error:
        if _raw(collector) is None:
            raise _failure(choice, collector, error) from None
        # It replied; that the reply cannot be parsed is for `parse` to say, after it was journaled.
    raw = _raw(collector)
    if raw is None:
        raise unreachable(choice, "an empty reply")
    usage = collector.usage
    return Reply(
        raw=raw[:MAX_REPLY_CHARS].replace("\0", "\ufffd"),
        model=choice.name,
        finish_reason=finish_reason if len(raw) <= MAX_REPLY_CHARS else TOO_LONG,
        input_tokens=usage.input_tokens or 0,
        output_tokens=usage.output_tokens or 0,
        latency_s=round(time.monotonic() - started, 6),
    )


def _registry(choice: ModelChoice, timeout_s: float) -> Any:
    from baml_py import ClientRegistry

    from replwright.llm.offline.service import offline_base_url

    registry = ClientRegistry()
    if choice.kind == "named":
        registry.set_primary(choice.client)
        return registry
    base_url = offline_base_url() if choice.kind == "offline" else choice.base_url
    bypass_proxy(base_url)
    options: dict[str, object] = {
        "model": choice.name,
        "base_url": base_url,
        "finish_reason_allow_list": ["stop"],
        "http": {
            "connect_timeout_ms": int(min(CONNECT_TIMEOUT_S, timeout_s) * 1000),
            "request_timeout_ms": int(timeout_s * 1000),
        },
    }
    if key := choice.api_key.get_secret_value():
        options["api_key"] = key
    registry.add_llm_client("Asked", "openai-generic", options)
    registry.set_primary("Asked")
    return registry


def _raw(collector: Any) -> str | None:
    log = collector.last
    return log.raw_llm_response if log else None


def _failure(choice: ModelChoice, collector: Any, error: Exception) -> ModelFailure:
    """Only the response is looked at: the request's headers hold the key."""
    from baml_py.errors import BamlClientError

    calls = collector.last.calls if collector.last else []
    if not isinstance(error, BamlClientError):
        return ModelFailure(f"model {choice.name}: BAML could not make the call", retryable=False)
    response = calls[-1].http_response if calls else None
    if response is None or not response.headers:
        why = "cannot be reached" if getattr(error, "status_code", 0) in (0, 503) else "the connection broke off"
        return unreachable(choice, why)
    status = int(getattr(error, "status_code", 0) or response.status)
    if status < _HTTP_OK:
        return unreachable(choice, "the connection broke off")
    return http_failure(choice, int(response.status), dict(response.headers), response.body.text()[:2000])
