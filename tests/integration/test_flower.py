"""What an operator sees in Flower: readable arguments, one chain of tasks a job, failed jobs as failures."""

import json
import os
import socket
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.plans import message, spawns
from tests.support.process_nodes import ProcessContainer
from tests.support.rig import Rig, until
from tests.support.scripted_model import ScriptedModel


@pytest.fixture
def flower(rig: Rig, tmp_path: Path) -> Iterator[str]:
    """The address of a real Flower on the rig's broker."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "celery", "-A", "workers.app", "flower", "--address=127.0.0.1", f"--port={port}"]
    environ = os.environ | rig.endpoints.environ() | {"FLOWER_UNAUTHENTICATED_API": "true"}
    node = ProcessContainer("flower", command, environ, tmp_path / "flower.log", "Connected to redis")
    try:
        node.ready()
        yield f"http://127.0.0.1:{port}"
    finally:
        node.teardown()


CHAIN = {"plan", "dispatch", "resume"}


def kind(task: dict[str, Any]) -> str:
    return str(task["name"]).rpartition(".")[2]


def tasks(flower: str, job: object) -> list[dict[str, Any]]:
    """Flower's tasks of one job, oldest first."""
    with urllib.request.urlopen(f"{flower}/api/tasks", timeout=10) as answer:
        every = json.load(answer)
    return sorted(
        (task for task in every.values() if str(job) in (task["args"] or "")), key=lambda task: task["received"]
    )


def test_a_job_is_one_readable_chain_and_a_failed_one_shows_as_a_failure(rig: Rig, flower: str) -> None:
    # given a job that is answered, and one whose plan is never valid
    with ScriptedModel(lambda turn: spawns(a="1 + 1") if turn == 1 else message("two")) as model:
        rig.worker("dispatch", "dispatch")
        planner = rig.worker("planner", model=model)
        good = rig.submit()
        rig.wait(good)
        planner.teardown()
    with ScriptedModel(lambda turn: "[]") as model:
        rig.worker("planner2", model=model)
        bad = rig.submit()
        rig.wait(bad)

    # when an operator looks
    until(lambda: [task["state"] for task in tasks(flower, bad)] == ["FAILURE"], "Flower to see the failure")
    until(lambda: {kind(task) for task in tasks(flower, good)} == CHAIN, "Flower to see the chain")
    until(lambda: {task["state"] for task in tasks(flower, good)} == {"SUCCESS"}, "the chain to end")
    chain = tasks(flower, good)

    # then each task names its job and nothing else, and the chain is kept; on a slow machine a sweeper hinted again
    assert {task["args"] for task in chain} == {f"['{good}']"}
    [plan] = [task for task in chain if kind(task) == "plan"]
    followers = [task for task in chain if task is not plan]
    assert {task["root_id"] for task in followers} == {plan["uuid"]}
    assert {task["parent_id"] for task in followers} == {plan["uuid"]}
    failure = tasks(flower, bad)[0]
    assert "invalid_plan" in failure["exception"]
