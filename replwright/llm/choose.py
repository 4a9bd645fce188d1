"""Which model a name means, and whether it is set up: asked at submit, and again before each call."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urlsplit

from pydantic import SecretStr

from orchestration.errors import BadInput
from replwright.settings import Settings

OFFLINE = "offline"
GIVEN_PLAN = "plan"

_OPENAI, _ANTHROPIC = "OPENAI_API_KEY", "ANTHROPIC_API_KEY"


@dataclass(frozen=True, slots=True)
class NamedClient:
    """A client of baml_src/clients.baml and the variables that its providers read their keys from."""

    client: str
    keys: tuple[str, ...]


NAMED: Mapping[str, NamedClient] = {
    "gpt-5": NamedClient("Gpt5", (_OPENAI,)),
    "gpt-5-mini": NamedClient("Gpt5Mini", (_OPENAI,)),
    "claude-opus": NamedClient("ClaudeOpus", (_ANTHROPIC,)),
    "claude-sonnet": NamedClient("ClaudeSonnet", (_ANTHROPIC,)),
    "claude-haiku": NamedClient("ClaudeHaiku", (_ANTHROPIC,)),
    "fallback": NamedClient("Fallback", (_ANTHROPIC, _OPENAI)),
    "round-robin": NamedClient("RoundRobin", (_ANTHROPIC, _OPENAI)),
}


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """How a model is reached: the offline one, an OpenAI-compatible `endpoint`, or a `named` BAML client."""

    name: str
    kind: Literal["offline", "endpoint", "named"]
    client: str = ""
    base_url: str = ""
    api_key: SecretStr = field(default=SecretStr(""), repr=False)


def resolve_model(settings: Settings, name: str = "", environ: Mapping[str, str] = os.environ) -> ModelChoice:
    """The model that `name` (or else REPLWRIGHT_MODEL) means. Raises BadInput that says which variables to set."""
    name = (name or settings.model).strip()
    if not name:
        raise BadInput("model", "none is named", f"set REPLWRIGHT_MODEL, or name {OFFLINE!r} to do without one")
    if name == OFFLINE:
        return ModelChoice(name, "offline")
    if settings.model_base_url:
        return ModelChoice(name, "endpoint", "Configured", _checked(settings.model_base_url), settings.model_api_key)
    known = NAMED.get(name)
    if known is None:
        raise BadInput(
            "model",
            f"{name[:100]!r} is unknown and no endpoint is set",
            "set REPLWRIGHT_MODEL_BASE_URL (and REPLWRIGHT_MODEL_API_KEY) to an OpenAI-compatible endpoint that "
            f"serves it, or name one of: {', '.join((OFFLINE, *NAMED))}",
        )
    missing = [key for key in known.keys if not environ.get(key)]
    if missing:
        raise BadInput(
            "model",
            f"{name} needs {' and '.join(missing)}",
            f"set {' and '.join(missing)}, or REPLWRIGHT_MODEL_BASE_URL",
        )
    return ModelChoice(name, "named", known.client)


def _checked(base_url: str) -> str:
    try:
        parts = urlsplit(base_url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        usable = False
    if not usable:
        raise BadInput("REPLWRIGHT_MODEL_BASE_URL", "not an http(s) URL", "give one such as https://host/v1")
    return base_url.rstrip("/")
