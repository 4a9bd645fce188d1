"""The offline model's server: OpenAI's protocol on loopback, with capped bodies, as a thread and as a process."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from replwright.llm.offline.http import MAX_BODY_BYTES
from replwright.llm.offline.server import OfflineServer
from replwright.llm.offline.service import offline_base_url
from tests.support.offline_prompts import messages_of

CRATES = {"name": "crates", "format": "csv", "rows": 2, "columns": [{"name": "weight", "type": "integer"}], "notes": []}
BODY = {"model": "offline", "messages": messages_of("What is the average weight?", [CRATES])}


@pytest.fixture
def server() -> Iterator[OfflineServer]:
    started = OfflineServer()
    started.start()
    try:
        yield started
    finally:
        started.stop()


def send(port: int, path: str, body: Any = None, headers: dict[str, str] | None = None) -> tuple[int, str]:
    """POST when there is a body, else GET: (status, text)."""
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        connection.request("GET" if data is None else "POST", path, body=data, headers=headers or {})
        response = connection.getresponse()
        return response.status, response.read().decode()
    finally:
        connection.close()


def test_the_models_are_listed(server: OfflineServer) -> None:
    status, text = send(server.port, "/v1/models")
    assert status == 200
    assert [model["id"] for model in json.loads(text)["data"]] == ["offline", "rules/1"]


def test_a_completion_has_content_and_usage(server: OfflineServer) -> None:
    # when
    status, text = send(server.port, "/v1/chat/completions", BODY)
    # then
    told = json.loads(text)
    tools = json.loads(told["choices"][0]["message"]["content"])
    assert status == 200
    assert [tool["type"] for tool in tools] == ["spawn_repl", "resume"]
    assert told["choices"][0]["finish_reason"] == "stop"
    assert told["usage"]["total_tokens"] == told["usage"]["prompt_tokens"] + told["usage"]["completion_tokens"] > 0


def test_a_streamed_completion_says_the_same(server: OfflineServer) -> None:
    # given
    _, whole = send(server.port, "/v1/chat/completions", BODY)
    # when
    status, text = send(server.port, "/v1/chat/completions", {**BODY, "stream": True})
    # then
    events = [line.removeprefix("data: ") for line in text.splitlines() if line]
    chunks = [json.loads(event) for event in events[:-1]]
    said = "".join(choice["delta"].get("content", "") for chunk in chunks for choice in chunk["choices"])
    assert (status, events[-1]) == (200, "[DONE]")
    assert said == json.loads(whole)["choices"][0]["message"]["content"]
    assert chunks[-2]["choices"][0]["finish_reason"] == "stop"
    assert chunks[-1]["usage"]["completion_tokens"] > 0


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        pytest.param("/v1/nothing", None, 404, id="unknown path"),
        pytest.param("/v1/nothing", {}, 404, id="unknown path, posted"),
        pytest.param("/v1/chat/completions", {**BODY, "model": "gpt-5"}, 404, id="another model"),
        pytest.param("/v1/chat/completions", b"{", 400, id="not JSON"),
        pytest.param("/v1/chat/completions", b"[" * 100_000, 400, id="deep nesting"),
        pytest.param("/v1/chat/completions", b"[]", 400, id="not an object"),
        pytest.param("/v1/chat/completions", {"model": "offline"}, 400, id="no messages"),
        pytest.param("/v1/chat/completions", {"model": "offline", "messages": ["hi"]}, 400, id="not messages"),
        pytest.param(
            "/v1/chat/completions",
            {"model": "offline", "messages": [{"role": "user", "content": "hi"}]},
            400,
            id="a prompt of somebody else",
        ),
        pytest.param(
            "/v1/chat/completions",
            {"model": "offline", "messages": messages_of("hi", [{"columns": 5}])},
            400,
            id="a broken state section",
        ),
    ],
)
def test_what_cannot_be_answered_is_told_by_status(server: OfflineServer, path: str, body: Any, status: int) -> None:
    # when
    found, text = send(server.port, path, body)
    # then
    assert found == status
    assert json.loads(text)["error"]["message"]


@pytest.mark.parametrize(
    ("length", "status"), [(str(MAX_BODY_BYTES + 1), 413), ("-1", 411), ("many", 411), ("\u00b2", 411)]
)
def test_the_size_of_a_body_is_checked_before_it_is_read(server: OfflineServer, length: str, status: int) -> None:
    # given a client that announces a size, and sends nothing
    connection = HTTPConnection("127.0.0.1", server.port, timeout=10)
    try:
        connection.putrequest("POST", "/v1/chat/completions")
        connection.putheader("Content-Length", length.encode("latin-1"))
        connection.endheaders()
        # when, then
        assert connection.getresponse().status == status
    finally:
        connection.close()


def test_one_server_serves_a_whole_process() -> None:
    # when
    base_url = offline_base_url()
    # then
    assert offline_base_url() == base_url
    assert send(int(base_url.split(":")[2].split("/")[0]), "/v1/models")[0] == 200


def test_as_a_process_it_tells_its_port_and_ends_by_sigterm(tmp_path: Path) -> None:
    # given
    port_file = tmp_path / "port"
    command = [sys.executable, "-m", "replwright.llm.offline.server", "--port", "0", "--port-file", str(port_file)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        deadline = time.monotonic() + 30
        while not port_file.exists():
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.02)
        # when
        status, _ = send(int(port_file.read_text()), "/v1/chat/completions", BODY)
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=30)
    finally:
        process.kill()
        process.wait()
    # then
    assert (status, process.returncode, err) == (200, 0, "")
    assert out.strip() == f"http://127.0.0.1:{port_file.read_text().strip()}/v1"
