"""What went wrong between us and a model, as ModelFailure: which may be tried again, and what would help."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from orchestration.errors import ModelFailure
from replwright.llm.choose import NAMED, ModelChoice

RETRYABLE = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 529})
_MAX_BODY_CHARS = 300


def http_failure(choice: ModelChoice, status: int, headers: Mapping[str, str], body: str) -> ModelFailure:
    """For an HTTP answer that is no reply. Neither the key gets into the text nor a 401's body, which may echo it."""
    what = f"model {choice.name}: HTTP {status}"
    if status in (401, 403):
        return ModelFailure(f"{what}, the key was refused; set {_key_of(choice)}", retryable=False)
    if status == 404:
        return ModelFailure(f"{what}, no such model there; check REPLWRIGHT_MODEL{_url_of(choice)}", retryable=False)
    if 200 <= status < 300:
        return ModelFailure(
            f"{what}, but the answer is no chat completion{_url_of(choice, '; check ')}", retryable=True
        )
    told = _clean(body, choice)
    retryable = status in RETRYABLE or status > 500
    return ModelFailure(f"{what}: {told}" if told else what, retryable=retryable, retry_after_s=retry_after(headers))


def unreachable(choice: ModelChoice, why: str) -> ModelFailure:
    return ModelFailure(f"model {choice.name}: {why}{_url_of(choice, '; check ')}", retryable=True)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that the server asked us to wait: Retry-After is a number or a date."""
    value = next((value for name, value in headers.items() if name.lower() == "retry-after"), "").strip()
    if re.fullmatch(r"\d{1,9}(\.\d+)?", value):
        return float(value)
    try:
        when = parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError):
        return None
    when = when if when.tzinfo else when.replace(tzinfo=UTC)
    return max(0.0, (when - datetime.now(UTC)).total_seconds())


def _clean(body: str, choice: ModelChoice) -> str:
    secret = choice.api_key.get_secret_value()
    told = body.replace(secret, "***") if secret else body
    return "".join(char if char.isprintable() else " " for char in told[:_MAX_BODY_CHARS]).strip()


def _key_of(choice: ModelChoice) -> str:
    return " and ".join(NAMED[choice.name].keys) if choice.kind == "named" else "REPLWRIGHT_MODEL_API_KEY"


def _url_of(choice: ModelChoice, lead: str = " and ") -> str:
    return f"{lead}REPLWRIGHT_MODEL_BASE_URL" if choice.kind == "endpoint" else ""
