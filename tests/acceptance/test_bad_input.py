"""Bad input and missing services: one clear line that names the remedy, its exit code, no traceback, nothing stored.

No stack runs here: every one of these is found out before anything is started or stored.
"""

from pathlib import Path

import pytest

from tests.support.cli import Ran, environ, replwright

QUESTION = "how many rows are there?"


def refused(ran: Ran, code: int, *words: str) -> None:
    lines = [line for line in ran.err.splitlines() if line.startswith("replwright: ")]
    assert ran.code == code, ran
    assert len(lines) == 1, ran.err
    assert all(word in lines[0] for word in words), lines[0]
    assert "Traceback" not in ran.err
    assert ran.out == ""


def written(folder: Path, name: str, content: bytes) -> str:
    path = folder / name
    path.write_bytes(content)
    return str(path)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("empty.csv", b"", ("is empty", "at least one row")),
        ("blank.csv", b" \n\n ", ("is empty",)),
        ("letter.docx", b"PK\x03\x04", (".docx is no known format", ".csv")),
        ("noending", b"a,b\n1,2\n", ("no known format",)),
        ("image.csv", b"\x89PNG\x00\x01", ("holds binary data",)),
        ("text.parquet", b"a,b\n1,2\n", ("is not a parquet file",)),
        ("text.xlsx", b"a,b\n1,2\n", ("is not a xlsx file",)),
    ],
)
def test_a_data_file_that_cannot_be_taken_is_named(
    tmp_path: Path, name: str, content: bytes, words: tuple[str, ...]
) -> None:
    from replwright.inputs import check  # the same check, without a stack

    path = Path(written(tmp_path, name, content))
    with pytest.raises(Exception, match="--data") as caught:
        check(path)
    assert all(word in str(caught.value) for word in words)
    assert str(path) in str(caught.value)


def test_a_missing_file_is_named_before_anything_starts(tmp_path: Path) -> None:
    env = environ(tmp_path / "home")
    ran = replwright("run", QUESTION, "--data", str(tmp_path / "nowhere.csv"), env=env)
    refused(ran, 2, "nowhere.csv", "there is no such file", "check the path")
    assert not (tmp_path / "home").exists()


def test_a_folder_is_not_a_file(tmp_path: Path) -> None:
    refused(replwright("run", QUESTION, "--data", str(tmp_path), env=environ(tmp_path / "home")), 2, "is a folder")


@pytest.mark.parametrize("question", ["", "   ", "x" * 32_001])
def test_an_empty_or_endless_question_is_refused(tmp_path: Path, question: str) -> None:
    refused(replwright("run", question, env=environ(tmp_path / "home")), 2, "question")


@pytest.mark.parametrize("deadline", ["0", "-5", "nan", "inf"])
def test_a_deadline_that_makes_no_sense_is_refused(tmp_path: Path, deadline: str) -> None:
    refused(replwright("run", QUESTION, "--deadline", deadline, env=environ(tmp_path / "home")), 2, "deadline_s")


def test_an_unknown_model_names_the_settings_that_would_make_it_known(tmp_path: Path) -> None:
    ran = replwright("run", QUESTION, "--model", "nonesuch", env=environ(tmp_path / "home"))
    refused(ran, 2, "nonesuch", "REPLWRIGHT_MODEL_BASE_URL")


@pytest.mark.parametrize(
    ("plan", "word"),
    [
        ("", "plan"),
        ("{", "plan"),
        ("[]", "plan"),
        ('[{"type": "launch_rockets"}]', "launch_rockets"),
        ('[{"type": "spawn_repl", "task_id": "a b", "task_type": "Compute", "code_to_execute": "1"}]', "task_id"),
        ("[" * 100_000, "plan"),
    ],
)
def test_a_plan_that_breaks_the_rules_is_refused(tmp_path: Path, plan: str, word: str) -> None:
    path = written(tmp_path, "plan.json", plan.encode())
    refused(replwright("run", QUESTION, "--plan", path, env=environ(tmp_path / "home")), 2, word)


@pytest.mark.parametrize("command", ["show", "watch", "cancel"])
def test_an_id_that_is_none_is_refused(tmp_path: Path, command: str) -> None:
    refused(replwright(command, "12", env=environ(tmp_path / "home")), 2, "is no orchestration id")


def test_a_database_that_cannot_be_reached_is_named_without_its_password(tmp_path: Path) -> None:
    env = environ(
        tmp_path / "home",
        database_url="postgresql://someone:hunter2@127.0.0.1:9/none",
        broker_url="redis://127.0.0.1:9/0",
    )
    ran = replwright("list", env=env)
    refused(ran, 3, "127.0.0.1:9", "REPLWRIGHT_DATABASE_URL")
    assert "hunter2" not in ran.err


def test_without_a_stack_the_remedy_is_to_start_one(tmp_path: Path) -> None:
    refused(replwright("list", env=environ(tmp_path / "home")), 3, "replwright up", "REPLWRIGHT_DATABASE_URL")


def test_a_setting_that_makes_no_sense_is_named(tmp_path: Path) -> None:
    refused(replwright("list", env=environ(tmp_path / "home", max_running="many")), 2, "REPLWRIGHT_MAX_RUNNING")


def test_an_unwritable_home_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    refused(replwright("run", QUESTION, env=environ(tmp_path / "file" / "home")), 3, "file/home")
