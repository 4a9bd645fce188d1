"""Questions about real files through the front door, with the answers computed apart by pandas."""

import json
import re
from pathlib import Path

import pytest

from tests.support.served import Served
from tests.support.tables import genes, orders, stations, write


def numbers(text: str) -> list[float]:
    """Every number in an answer, thousands separators apart."""
    return [float(each) for each in re.findall(r"-?\d+(?:\.\d+)?", text.replace(",", ""))]


def test_an_average_by_a_column_is_right_for_every_group(served: Served, tmp_path: Path) -> None:
    table = orders()
    answer = served.ask("What is the average total by branch?", write(table, tmp_path / "orders.csv"))
    assert (answer["status"], answer["reason"]) == ("succeeded", "answered")
    for branch, mean in table.groupby("branch")["total"].mean().items():
        line = next(line for line in answer["answer"].splitlines() if line.startswith(str(branch)))
        assert any(abs(number - mean) < 0.01 for number in numbers(line)), (line, mean)


def test_missing_cells_are_left_out_and_counted(served: Served, tmp_path: Path) -> None:
    table = stations()
    answer = served.ask("median rainfall", write(table, tmp_path / "stations.parquet"))["answer"]
    assert any(abs(number - table["rainfall"].median()) < 0.01 for number in numbers(answer))
    assert str(int(table["rainfall"].isna().sum())) in answer


def test_a_table_with_spaces_in_its_names_is_understood(served: Served, tmp_path: Path) -> None:
    table = genes()
    answer = served.ask("sum of expression level for skin", write(table, tmp_path / "genes.xlsx"))["answer"]
    expected = table.loc[table["tissue"] == "skin", "expression level"].sum()
    assert any(abs(number - expected) < 0.01 for number in numbers(answer))


@pytest.mark.parametrize("ending", ["csv", "tsv", "json", "jsonl", "parquet", "xlsx"])
def test_the_same_question_has_the_same_answer_in_every_format(served: Served, tmp_path: Path, ending: str) -> None:
    table = orders()
    answer = served.ask("sum of cups", write(table, tmp_path / f"orders.{ending}"))
    assert float(table["cups"].sum()) in numbers(answer["answer"]), answer


def test_the_sequential_pattern_hands_the_first_result_to_the_second_task(served: Served, tmp_path: Path) -> None:
    table = orders()
    answer = served.ask(
        "find the average total, then the orders near that total", write(table, tmp_path / "orders.csv")
    )
    assert answer["reason"] == "answered", answer
    assert [task["step"] for task in answer["repl_tasks"]] == [1, 2]
    assert answer["usage"]["model_calls"] == 3
    assert any(abs(number - table["total"].mean()) < 0.01 for number in numbers(answer["answer"]))


def test_the_parallel_pattern_spawns_two_tasks_at_once(served: Served, tmp_path: Path) -> None:
    table = orders()
    answer = served.ask("analyse the average total by branch and by drink", write(table, tmp_path / "orders.csv"))
    assert [task["step"] for task in answer["repl_tasks"]] == [1, 1], answer
    means = [*table.groupby("branch")["total"].mean(), *table.groupby("drink")["total"].mean()]
    found = numbers(answer["answer"])
    assert all(any(abs(number - mean) < 0.01 for number in found) for mean in means)


def test_a_word_that_means_nothing_in_the_table_is_refused(served: Served, tmp_path: Path) -> None:
    path = write(orders(), tmp_path / "orders.csv")
    ran = served("run", "average total of purple orders", "--data", str(path), "--json")
    assert ran.code == 1
    assert (ran.json["status"], ran.json["reason"]) == ("failed", "not_understood")
    assert "purple" in ran.json["answer"]


def test_a_given_plan_runs_by_the_same_rules_without_a_model(served: Served, tmp_path: Path) -> None:
    plan = [
        {"type": "spawn_repl", "task_id": "n", "task_type": "Compute", "code_to_execute": "len(inputs_df['orders'])"},
        {"type": "resume"},
        {"type": "spawn_repl", "task_id": "d", "task_type": "Compute", "code_to_execute": "results['n'].value * 2"},
    ]
    (tmp_path / "plan.json").write_text(json.dumps(plan))
    path = write(orders(), tmp_path / "orders.csv")
    answer = served.ask("twice the rows", path, plan=str(tmp_path / "plan.json"))
    assert [task["value"] for task in answer["repl_tasks"]] == ["400", "800"]
    assert answer["usage"]["input_tokens"] == 0


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("broken.parquet", b"PAR1 and then nothing"),
        ("broken.xlsx", b"PK\x03\x04 and then nothing"),
        ("broken.json", b'{"a": ['),
    ],
)
def test_a_table_that_only_a_full_read_finds_unreadable_is_bad_input(
    served: Served, tmp_path: Path, name: str, content: bytes
) -> None:
    (tmp_path / name).write_bytes(content)
    ran = served("run", "how many rows?", "--data", str(tmp_path / name), "--json")
    assert ran.code == 2
    assert (ran.json["status"], ran.json["reason"]) == ("failed", "bad_input")
    assert "broken" in ran.json["detail"]
    assert "\n" not in ran.json["detail"]


def test_a_table_of_one_column_and_one_in_a_wrong_encoding_are_read(served: Served, tmp_path: Path) -> None:
    (tmp_path / "one.csv").write_text("pace\n3\n4\n5\n")
    (tmp_path / "latin.csv").write_bytes("ville,prix\nOrléans,10\nNîmes,30\n".encode("latin-1"))
    assert 4.0 in numbers(served.ask("average pace", tmp_path / "one.csv")["answer"])
    assert 30.0 in numbers(served.ask("prix for Nîmes: max prix", tmp_path / "latin.csv")["answer"])
