"""/livez and /readyz over real sockets: two verdicts, small JSON, and nobody can hold the server up."""

import http.client
import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from workers.health import Health, Problem
from workers.probes import MAX_AT_ONCE, ProbeServer, serve

ADDRESS = "127.0.0.1"


@contextmanager
def _served(*problems: Problem) -> Iterator[ProbeServer]:
    health = Health("worker")
    for problem in problems:
        health.add(lambda _, problem=problem: problem)  # type: ignore[misc]
    server = serve(ADDRESS, 0, health)
    assert server is not None
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


def _ask(server: ProbeServer, path: str, method: str = "GET", body: bytes | None = None) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection(ADDRESS, server.port, timeout=10)
    try:
        connection.request(method, path, body)
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


def _problem(name: str, *, fatal: bool) -> Problem:
    return Problem(name, "it is so", 1.0, "change it", fatal=fatal)


def test_a_process_without_problems_is_live_and_ready() -> None:
    with _served() as server:
        answers = [_ask(server, path) for path in ("/livez", "/readyz", "/readyz?verbose")]

    assert [status for status, _ in answers] == [200, 200, 200]
    assert json.loads(answers[0][1]) == {"status": "ok", "process": "worker", "problems": []}


def test_a_problem_makes_it_unready_and_only_a_fatal_one_dead() -> None:
    passing, fatal = _problem("broker", fatal=False), _problem("sweeper", fatal=True)
    with _served(passing) as server:
        assert _ask(server, "/livez")[0] == 200
        status, body = _ask(server, "/readyz")
        assert (status, json.loads(body)["status"]) == (503, "failing")
        assert json.loads(body)["problems"] == [str(passing)]

    with _served(passing, fatal) as server:
        status, body = _ask(server, "/livez")
        assert (status, json.loads(body)["problems"]) == (503, [str(fatal)])


def test_a_head_gets_the_status_alone_and_other_paths_and_methods_nothing() -> None:
    with _served(_problem("broker", fatal=False)) as server:
        assert _ask(server, "/readyz", "HEAD") == (503, b"")
        assert _ask(server, "/metrics")[0] == 404
        assert _ask(server, "/livez", "POST", b"x" * 100_000)[0] == 501


def test_clients_that_say_nothing_do_not_keep_others_out() -> None:
    with _served() as server:
        silent = [socket.create_connection((ADDRESS, server.port)) for _ in range(2 * MAX_AT_ONCE)]
        try:
            # The places are taken until the silent ones are timed out: then a prober is answered.
            answered = 0
            while not answered:
                try:
                    answered, _ = _ask(server, "/livez")
                except (http.client.HTTPException, OSError):
                    continue
            assert answered == 200
        finally:
            for each in silent:
                each.close()


def test_a_port_that_is_taken_costs_a_line_in_the_log_and_not_the_process(caplog: pytest.LogCaptureFixture) -> None:
    with _served() as server:
        assert serve(ADDRESS, server.port, Health()) is None

    assert f"no health probes at {ADDRESS} port {server.port}" in caplog.text
    assert "REPLWRIGHT_HEALTH_PORT" in caplog.text
