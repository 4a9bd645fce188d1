"""`replwright exec` with engines, sessions and data; named REPLs in plans; all through the command line."""

import json
import uuid
from pathlib import Path
from typing import Any

from tests.support.served import Served

SPAWN = {"type": "spawn_repl", "task_type": "Compute"}


def test_exec_says_which_engine_ran_the_code(served: Served) -> None:
    assert _exec(served, "sum(x * x for x in range(10))")["value"] == "285"
    assert _exec(served, "1 + 1", "--engine", "rust")["engine"] == "rust"
    assert _exec(served, "1 + 1", "--engine", "cpython")["engine"] == "cpython"
    assert _exec(served, "import pandas as pd\nint(pd.Series([1, 2]).sum())")["engine"] == "cpython"


def test_code_that_an_engine_cannot_run_is_one_failed_task(served: Served) -> None:
    # when
    ran = served("exec", "-", "--engine", "rust", "--json", stdin="import pandas as pd\npd.Series([1]).sum()")
    # then
    assert ran.code == 1
    assert ran.json["is_success"] is False
    assert "pandas" in ran.json["stderr"]


def test_a_session_keeps_its_variables_from_one_exec_to_the_next(served: Served, tmp_path: Path) -> None:
    # given
    session = ("--session", f"nightly {uuid.uuid4().hex}")
    data = tmp_path / "prices.csv"
    data.write_text("region,price\nN,1.5\nS,2.5\n")
    # when
    first = _exec(served, "frame = inputs_df['prices']\nlen(frame)", *session, "--data", str(data))
    second = _exec(served, "float(frame['price'].sum())", *session)
    third = _exec(served, "frame", "--session", f"another {uuid.uuid4().hex}")
    # then
    assert (first["value"], second["value"]) == ("2", "4.0")
    assert third["error_kind"] == "exception"


def test_tasks_of_one_named_repl_run_in_plan_order_and_share_its_variables(served: Served, tmp_path: Path) -> None:
    # given
    steps = [
        {**SPAWN, "task_id": f"t{n}", "repl": "counter", "code_to_execute": f"seen.append({n}); seen"} for n in range(8)
    ]
    plan = tmp_path / "plan.json"
    plan.write_text(
        json.dumps([{**SPAWN, "task_id": "start", "repl": "counter", "code_to_execute": "seen = []"}, *steps])
    )
    # when
    told = served("run", "count", "--plan", str(plan), "--json").json
    # then
    values = {task["task_id"]: task["value"] for task in told["repl_tasks"]}
    assert values["t7"] == "[0, 1, 2, 3, 4, 5, 6, 7]"


def test_a_named_repl_goes_on_in_the_next_turn_of_its_job(served: Served, tmp_path: Path) -> None:
    plan = tmp_path / "plan.json"
    turns = [
        [{**SPAWN, "task_id": "a", "repl": "work", "code_to_execute": "import math\nr = 2"}, {"type": "resume"}],
        [{**SPAWN, "task_id": "b", "repl": "work", "code_to_execute": "round(math.pi * r, 2)"}],
    ]
    plan.write_text(json.dumps(turns))
    told = served("run", "go on", "--plan", str(plan), "--json").json
    assert [task["value"] for task in told["repl_tasks"]] == [None, "6.28"]


def _exec(served: Served, code: str, *options: str) -> dict[str, Any]:
    found = served("exec", "-", "--json", *options, stdin=code).json
    assert isinstance(found, dict)
    return found
