"""BamlModel against a real loopback server: what it sends, what it keeps, and how failures are told."""

import json
import socket
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from pydantic import SecretStr

from orchestration.errors import ModelFailure
from orchestration.records import Reply, Turn
from orchestration.tools import InputProfile, MessageToUser, Query, REPLResult, REPLState
from replwright.llm.baml import BamlModel
from replwright.llm.choose import NAMED
from replwright.settings import Settings
from tests.support.plans import message, spawns
from tests.support.scripted_model import Answer, ScriptedModel
from tests.support.turns import turn
from workers.interrupts import Interrupt

KEY = "sk-very-secret"


def model_at(base_url: str, timeout_s: float = 30.0) -> BamlModel:
    settings = Settings(model="scripted", model_base_url=base_url, model_api_key=SecretStr(KEY))
    return BamlModel(settings, request_timeout_s=timeout_s)


def asked(server: ScriptedModel, state: REPLState | None = None, at: Turn | None = None) -> Reply:
    return model_at(server.base_url).ask(at or turn(), state or REPLState(steps_left=19), Interrupt())


def test_a_reply_is_kept_raw_with_its_cost() -> None:
    # given
    with ScriptedModel([message("42")]) as server:
        # when
        reply = asked(server)
        # then
        assert reply.raw == message("42")
        assert (reply.model, reply.finish_reason) == ("scripted", "stop")
        assert (reply.input_tokens, reply.output_tokens) == (100, 20)
        assert reply.latency_s > 0
        assert server.requests[0].key_sent


@pytest.mark.parametrize("raw", ["I would rather not.", "[]", '[{"type": "no_such_tool"}]', ""])
def test_a_reply_that_cannot_be_parsed_is_kept_all_the_same(raw: str) -> None:
    # given
    with ScriptedModel([raw or " "]) as server:
        # when
        reply = asked(server)
        # then
        assert reply.raw == (raw or " ")
        assert reply.input_tokens == 100
        parsed = model_at(server.base_url).parse(reply)
        assert parsed.tools == ()
        assert parsed.problems or raw == "[]"


def test_a_reply_cut_by_its_length_is_kept_and_refused() -> None:
    # given
    cut = spawns(a="1", b="2")[:-20]
    with ScriptedModel([Answer(cut, finish_reason="length")]) as server:
        # when
        reply = asked(server)
        # then
        assert (reply.raw, reply.finish_reason) == (cut, "length")
        assert "cut by its length limit" in model_at(server.base_url).parse(reply).problems[0]


@pytest.mark.parametrize(
    ("failure", "retryable", "told"),
    [
        pytest.param(Answer("slow down", status=429), True, "HTTP 429: slow down", id="429"),
        pytest.param(Answer("oops", status=500), True, "HTTP 500: oops", id="500"),
        pytest.param(Answer("busy", status=503), True, "HTTP 503: busy", id="503"),
        pytest.param(Answer("overloaded", status=529), True, "HTTP 529: overloaded", id="529"),
        pytest.param(Answer(f"no such key {KEY}", status=401), False, "REPLWRIGHT_MODEL_API_KEY", id="401"),
        pytest.param(Answer("forbidden", status=403), False, "REPLWRIGHT_MODEL_API_KEY", id="403"),
        pytest.param(Answer("not found", status=404), False, "REPLWRIGHT_MODEL_BASE_URL", id="404"),
        pytest.param(Answer(f"{KEY} is bad", status=400), False, "HTTP 400: *** is bad", id="400"),
        pytest.param(Answer(message("x"), cut=True), True, "broke off", id="connection cut"),
    ],
)
def test_failures_say_whether_to_try_again_and_never_the_key(failure: Answer, retryable: bool, told: str) -> None:
    # given
    with ScriptedModel([failure]) as server:
        # when
        with pytest.raises(ModelFailure) as caught:
            asked(server)
        # then one attempt was made: retries are not the client's business
        assert caught.value.retryable is retryable
        assert told in str(caught.value)
        assert KEY not in str(caught.value)
        assert len(server.requests) == 1


def test_what_the_server_asks_to_wait_is_passed_on() -> None:
    # given
    later = format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)
    waits = []
    for told in ("7", later):
        with ScriptedModel([Answer("slow", status=429, headers={"Retry-After": told})]) as server:
            # when
            with pytest.raises(ModelFailure) as caught:
                asked(server)
            waits.append(caught.value.retry_after_s)
    # then
    assert waits[0] == 7.0
    assert waits[1] is not None
    assert 60 < waits[1] <= 90


def test_a_hang_is_cut_at_the_timeout() -> None:
    # given
    with ScriptedModel([Answer(hang=True)]) as server:
        # when
        with pytest.raises(ModelFailure, match="no reply within 1 s") as caught:
            model_at(server.base_url, timeout_s=1.0).ask(turn(), REPLState(), Interrupt())
        # then
        assert caught.value.retryable


def test_an_attempt_lasts_no_longer_than_the_job_has_left() -> None:
    # given
    with (
        ScriptedModel([Answer(hang=True)]) as server,
        # when, then
        pytest.raises(ModelFailure, match="no reply within 1 s"),
    ):
        asked(server, at=turn(seconds_left=0.2))


def test_an_endpoint_that_is_not_there_is_named_and_may_come_back() -> None:
    # given
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/v1"
    # when
    with pytest.raises(ModelFailure, match="REPLWRIGHT_MODEL_BASE_URL") as caught:
        model_at(url).ask(turn(), REPLState(), Interrupt())
    # then
    assert caught.value.retryable


def test_a_web_page_instead_of_a_completion_is_a_failure() -> None:
    # given
    with (
        ScriptedModel([Answer("<html>hello</html>", status=201)]) as server,
        # when, then
        pytest.raises(ModelFailure, match="no chat completion"),
    ):
        asked(server)


def test_loopback_is_reached_in_spite_of_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    # given
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, "example.org")
    # when
    with ScriptedModel([message("through")]) as server:
        reply = asked(server)
    # then
    assert reply.raw == message("through")


@pytest.mark.parametrize("name", sorted(NAMED))
def test_a_named_client_that_cannot_be_reached_may_come_back(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # given keys, and no way out of this machine
    for variable in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(variable, "http://127.0.0.1:9")
    for variable in NAMED[name].keys:
        monkeypatch.setenv(variable, KEY)
    # when
    with pytest.raises(ModelFailure, match=f"model {name}: cannot be reached") as caught:
        BamlModel(Settings(model=name)).ask(turn(model=name), REPLState(), Interrupt())
    # then
    assert caught.value.retryable
    assert KEY not in str(caught.value)


def test_nothing_is_printed(capfd: pytest.CaptureFixture[str]) -> None:
    # given
    with ScriptedModel([message("x"), Answer("bad", status=500)]) as server:
        # when
        asked(server)
        with pytest.raises(ModelFailure):
            asked(server, REPLState(steps_left=18))
    # then
    printed = capfd.readouterr()
    assert printed.out + printed.err == ""


def test_the_key_is_in_no_reply_and_in_no_representation(tmp_path: Path) -> None:
    # given
    with ScriptedModel([message("x")], log=tmp_path / "log") as server:
        # when
        reply = asked(server)
        # then
        assert KEY not in repr(reply)
        assert KEY not in repr(model_at(server.base_url).__dict__)
        [line] = (tmp_path / "log").read_text().splitlines()
        assert json.loads(line)["digest"] == server.requests[0].digest


def test_the_request_hash_ignores_where_and_how_long_a_repl_ran_but_not_what_it_said() -> None:
    # given
    model = BamlModel(Settings(model="scripted"))
    result = REPLResult("a", is_success=True, stdout="1", execution_time=0.5, actor_id="host-1")
    # when
    first = model.request_hash(turn(), REPLState(completed_results=(result,)))
    moved = replace(result, execution_time=9.0, actor_id="host-2")
    # then
    assert model.request_hash(turn(), REPLState(completed_results=(moved,))) == first
    changed = replace(result, stdout="2")
    assert model.request_hash(turn(), REPLState(completed_results=(changed,))) != first
    assert model.request_hash(turn(model="other"), REPLState(completed_results=(result,))) != first


def test_a_model_that_is_not_set_up_fails_for_good_and_says_what_to_set() -> None:
    # given
    model = BamlModel(Settings(model=""))
    # when
    with pytest.raises(ModelFailure, match="REPLWRIGHT_MODEL_BASE_URL") as caught:
        model.ask(turn(model="mystery"), REPLState(), Interrupt())
    # then
    assert not caught.value.retryable


def test_the_offline_model_is_asked_through_baml_like_any_other() -> None:
    # given
    columns = ({"name": "weight", "type": "integer"},)
    state = REPLState(inputs=(InputProfile("crates", "csv", 3, columns),), steps_left=19)
    model = BamlModel(Settings(model="offline"))
    at = turn(model="offline", query=Query("What is the average colour of the crates?", 1))
    # when
    reply = model.ask(at, state, Interrupt())
    # then
    [tool] = model.parse(reply).tools
    assert isinstance(tool, MessageToUser)
    assert tool.understood is False
    assert "'colour'" in tool.message
    assert reply.model == "offline"
    assert reply.input_tokens > 0
