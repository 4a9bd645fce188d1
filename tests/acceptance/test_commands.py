"""The commands of the front door, on a running stack."""

import json
from pathlib import Path

from tests.support.served import Served
from tests.support.tables import orders, write


def test_submit_returns_an_id_that_watch_show_and_list_know(served: Served, tmp_path: Path) -> None:
    path = write(orders(), tmp_path / "orders.csv")
    job = served("submit", "sum of cups", "--data", str(path), "--json").json["id"]
    watched = served("watch", job)
    assert watched.code == 0
    assert "ended: answered" in watched.err
    assert str(orders()["cups"].sum()) in watched.out.replace(",", "")
    shown = served("show", job)
    assert "succeeded (answered)" in shown.out
    assert served("show", job, "--json").json["id"] == job
    assert job in [each["id"] for each in served("list", "--limit", "5", "--json").json]


def test_the_same_key_finds_the_same_job_and_another_question_under_it_is_a_conflict(served: Served) -> None:
    first = served("submit", "one", "--idempotency-key", "k1", "--json").json
    again = served("submit", "one", "--idempotency-key", "k1", "--json").json
    other = served("submit", "two", "--idempotency-key", "k1", "--json")
    assert (again["id"], again["created"]) == (first["id"], False)
    assert other.code == 2
    assert "idempotency" in other.err


def test_exec_prints_one_task_whatever_the_code_does(served: Served, tmp_path: Path) -> None:
    (tmp_path / "context.json").write_text('{"n": 20}')
    good = served(
        "exec", "-", "--context", str(tmp_path / "context.json"), "--json", stdin="print('hi')\ncontext['n'] + 1"
    )
    assert good.code == 0
    assert (good.json["is_success"], good.json["stdout"], good.json["value"]) == (True, "hi\n", "21")
    for code, word in [("1/0", "ZeroDivisionError"), ("x = (", "SyntaxError")]:
        bad = served("exec", "-", "--json", stdin=code)
        assert bad.code == 1
        assert (bad.json["is_success"], bad.json["error_kind"]) == (False, "exception")
        assert word in bad.json["stderr"]


def test_exec_ends_code_at_its_timeout(served: Served) -> None:
    ran = served("exec", "-", "--timeout", "1", "--json", stdin="while True: pass")
    assert ran.code == 1
    assert ran.json["error_kind"] == "timed_out"


def test_cancel_ends_a_job_once(served: Served) -> None:
    task = {"type": "spawn_repl", "task_id": "s", "task_type": "Compute", "timeout_seconds": 90}
    plan = json.dumps([{**task, "code_to_execute": "import time; time.sleep(60)"}])
    path = served.home / "slow.json"
    path.write_text(plan)
    job = served("submit", "wait", "--plan", str(path), "--json").json["id"]
    assert served("cancel", job, "--json").json == {"id": job, "cancelled": True, "status": "cancelled"}
    assert served("cancel", job, "--json").json["cancelled"] is False
    assert served("show", job, "--json").json["reason"] == "cancelled"


def test_an_unknown_job_is_said_to_be_unknown(served: Served) -> None:
    ran = served("show", "00000000-0000-4000-8000-000000000000")
    assert ran.code == 2
    assert "no orchestration" in ran.err


def test_status_says_that_the_stack_serves(served: Served) -> None:
    ran = served("status", "--json")
    assert ran.code == 0
