"""Which model a name means, and what an unusable one is told."""

import pytest
from pydantic import SecretStr

from orchestration.errors import BadInput
from replwright.llm.choose import NAMED, resolve_model
from replwright.settings import Settings

KEYS = {"OPENAI_API_KEY": "x", "ANTHROPIC_API_KEY": "y"}


def settings(model: str = "", base_url: str = "", key: str = "") -> Settings:
    return Settings(model=model, model_base_url=base_url, model_api_key=SecretStr(key))


def test_offline_needs_nothing() -> None:
    assert resolve_model(settings(), "offline", {}).kind == "offline"


def test_any_name_goes_to_the_endpoint_that_is_set() -> None:
    # when
    choice = resolve_model(settings(base_url="https://host/v1/", key="k"), "my-model", {})
    # then
    assert (choice.kind, choice.name, choice.base_url) == ("endpoint", "my-model", "https://host/v1")
    assert "k" not in repr(choice).replace("kind", "").replace("ModelChoice", "")


def test_the_configured_model_is_the_default() -> None:
    assert resolve_model(settings(model="offline"), "", {}).name == "offline"


@pytest.mark.parametrize("name", sorted(NAMED))
def test_named_clients_need_their_providers_keys(name: str) -> None:
    # when, then
    assert resolve_model(settings(), name, KEYS).kind == "named"
    for missing in NAMED[name].keys:
        with pytest.raises(BadInput, match=missing):
            resolve_model(settings(), name, {key: value for key, value in KEYS.items() if key != missing})


@pytest.mark.parametrize(
    ("name", "base_url", "told"),
    [
        ("", "", "REPLWRIGHT_MODEL"),
        ("mystery", "", "REPLWRIGHT_MODEL_BASE_URL"),
        ("m", "ftp://host", "REPLWRIGHT_MODEL_BASE_URL"),
        ("m", "host:8000/v1", "REPLWRIGHT_MODEL_BASE_URL"),
        ("m", "http://", "REPLWRIGHT_MODEL_BASE_URL"),
        ("m", "http://[", "REPLWRIGHT_MODEL_BASE_URL"),
    ],
)
def test_an_unusable_model_is_told_in_one_line_with_the_variable_to_set(name: str, base_url: str, told: str) -> None:
    with pytest.raises(BadInput) as caught:
        resolve_model(settings(base_url=base_url), name, {})
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)
