"""`retry`, `fork` and the story in `show`, on a running stack."""

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from models.rows import ROW_VERSION
from replwright.local import stack
from replwright.settings import Settings
from tests.support.database import connections
from tests.support.plans import spawn
from tests.support.served import Served
from tests.support.tables import orders, write


@pytest.fixture
def rows(served: Served) -> Iterator[Engine]:
    """The stack's database."""
    endpoints = stack.attach(Settings(home=served.home, model="offline"))
    assert endpoints
    with connections(endpoints.database_url) as engine:
        yield engine


def _plan(served: Served, tmp_path: Path, *turns: list[dict[str, object]]) -> str:
    """The id of a job that runs this plan."""
    path = tmp_path / "plan.json"
    path.write_text(json.dumps(turns))
    job = served("submit", "run it", "--plan", str(path), "--json").json["id"]
    assert isinstance(job, str)
    return job


def test_a_cancelled_job_goes_on_under_its_id_and_its_story_is_shown(served: Served, tmp_path: Path) -> None:
    # given a job that runs until a while from now, so that it is cancelled before that on a slow machine too
    until = time.time() + 25
    code = f"import time\ntime.sleep(max(0, {until} - time.time()))\nprint('done')"
    job = _plan(served, tmp_path, [spawn("slow", code)])
    assert served("cancel", job, "--json").json["cancelled"]
    # when
    retried = served("retry", job, "--json")
    watched = served("watch", job)
    # then
    assert retried.code == 0
    assert (retried.json["id"], retried.json["retries"], retried.json["step"]) == (job, 1, 1)
    assert (watched.code, watched.out) == (0, "done\n")
    assert "tried again from step 1, after cancelled" in watched.err
    shown = served("show", job, "--json").json
    assert (shown["status"], shown["retries"], shown["reason"]) == ("succeeded", 1, "answered")
    assert shown["attempts"][-1]["outcome"] == "answered"
    assert "(pid " in shown["attempts"][-1]["process"]
    assert "retried   1 time" in served("show", job).out
    refused = served("retry", job)
    assert (refused.code, refused.out) == (2, "")
    assert "it has succeeded (answered); fork it" in refused.err


def test_a_fork_keeps_what_came_before_its_step(served: Served, tmp_path: Path) -> None:
    # given
    first = [spawn("first", "x = 20\nprint(x)")]
    second = [spawn("second", "print(int(results['first'].stdout) + 1)")]
    job = _plan(served, tmp_path, first, second)
    assert served("watch", job).out == "21\n"
    # when
    forked = served("fork", job, "--step", "2", "--idempotency-key", f"fork of {job}", "--json").json
    again = served("fork", job, "--step", "2", "--idempotency-key", f"fork of {job}", "--json").json
    watched = served("watch", forked["id"])
    # then
    assert forked == {"id": forked["id"], "created": True, "forked_from": job, "forked_step": 2}
    assert again == {**forked, "created": False}
    assert forked["id"] != job
    assert watched.out == "21\n"
    [copied, _] = served("show", forked["id"], "--json").json["repl_tasks"]
    assert copied == served("show", job, "--json").json["repl_tasks"][0]
    assert f"forked    from step 2 of {job}" in served("show", forked["id"]).out
    refused = served("fork", job, "--step", "9")
    assert (refused.code, refused.out) == (2, "")
    assert "step: 9 is outside 1 to 3" in refused.err


def test_another_question_on_the_same_data(served: Served, tmp_path: Path) -> None:
    # given
    path = write(orders(), tmp_path / "orders.csv")
    asked = served.ask("sum of cups", path)
    # when
    fork = served("fork", asked["id"], "--step", "1", "--question", "max of cups").out.strip()
    watched = served("watch", fork, "--json").json
    # then
    assert (watched["status"], watched["forked_from"]) == ("succeeded", asked["id"])
    assert str(orders()["cups"].max()) in watched["answer"]


def test_a_job_of_a_newer_release_is_named_and_left_alone(served: Served, rows: Engine, tmp_path: Path) -> None:
    # given
    job = _plan(served, tmp_path, [spawn("quick", "print(1)")])
    served("watch", job)
    newer = text("UPDATE orchestrations SET schema_version = :version WHERE id = CAST(:id AS uuid)")
    with rows.begin() as connection:
        connection.execute(newer, {"id": job, "version": ROW_VERSION + 7})
    try:
        # then
        for command in ("show", "watch", "cancel", "retry", "fork"):
            ran = served(command, job)
            assert (ran.code, ran.out) == (2, ""), command
            assert f"of version {ROW_VERSION + 7}" in ran.err
            assert "use the release that wrote it, or a newer one" in ran.err
        listed = {each["id"]: each["newer"] for each in served("list", "--json").json}
        assert listed[job] is True
        assert f"{job}  " in served("list").out
    finally:
        with rows.begin() as connection:
            connection.execute(newer, {"id": job, "version": ROW_VERSION})
