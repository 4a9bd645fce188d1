"""The BAML sources: their own tests pass against the offline model, and the committed client is what they generate."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from replwright.llm import client_sync
from replwright.llm.offline.server import OfflineServer

ROOT = client_sync.ROOT
BAML_CLI = str(Path(sys.executable).parent / "baml-cli")


def run_baml_tests(base_url: str) -> subprocess.CompletedProcess[str]:
    environ = os.environ | {
        "REPLWRIGHT_MODEL": "offline",
        "REPLWRIGHT_MODEL_BASE_URL": base_url,
        "REPLWRIGHT_MODEL_API_KEY": "none",
        "BAML_LOG": "off",
        "RUST_LOG": "off",
        "NO_PROXY": "127.0.0.1",
        "no_proxy": "127.0.0.1",
    }
    command = [BAML_CLI, "test", "--from", "baml_src"]
    return subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, timeout=120, check=False)


def test_the_baml_tests_pass_against_the_offline_model() -> None:
    # given
    server = OfflineServer()
    server.start()
    try:
        # when
        ran = run_baml_tests(server.base_url)
    finally:
        server.stop()
    # then
    assert ran.returncode == 0, ran.stdout[-4000:]
    written = (ROOT / "baml_src" / "orchestrate_tests.baml").read_text().count("\ntest ")
    assert written > 0
    assert ran.stdout.count("PASSED") == written


def test_the_baml_tests_fail_without_a_model() -> None:
    assert run_baml_tests("http://127.0.0.1:9/v1").returncode != 0


def test_the_committed_client_is_what_the_sources_generate() -> None:
    assert client_sync.differences() == []


def test_a_client_that_is_out_of_date_or_incomplete_is_noticed(tmp_path: Path) -> None:
    # given
    for folder in ("baml_src", "baml_client"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    (tmp_path / "baml_client" / "types.py").unlink()
    (tmp_path / "baml_client" / "old.py").write_text("")
    with (tmp_path / "baml_client" / "parser.py").open("a") as file:
        file.write("# edited\n")
    # when
    found = client_sync.differences(tmp_path)
    # then
    assert found == [
        "baml_client/types.py is missing",
        "baml_client/old.py is not generated any more",
        "baml_client/parser.py is out of date",
    ]


def test_a_generator_of_another_version_than_the_installed_one_is_noticed(tmp_path: Path) -> None:
    # given
    shutil.copytree(ROOT / "baml_src", tmp_path / "baml_src")
    generators = tmp_path / "baml_src" / "generators.baml"
    generators.write_text(generators.read_text().replace('version "0', 'version "9'))
    # when, then
    assert "the installed baml-py" in client_sync.differences(tmp_path)[0]
