"""Run pytest in a process of its own, and learn how each test ended. Also the plugin that tells it."""

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

OUTCOMES = "REPLWRIGHT_TEST_OUTCOMES"
END_S = 60.0
PASSED, FAILED, ERROR, SKIPPED = "passed", "failed", "error", "skipped"


_children: set[subprocess.Popen[str]] = set()


@contextmanager
def child(process: subprocess.Popen[str]) -> Iterator[None]:
    """It does not outlive this block, nor `end_all`."""
    _children.add(process)
    try:
        yield
    finally:
        _end(process)
        _children.discard(process)


def end_all() -> None:
    """Somebody has had enough: children of other threads, too, are ended and clean up."""
    for process in list(_children):
        _end(process)


def _end(process: subprocess.Popen[str]) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(END_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@dataclass(frozen=True, slots=True)
class Run:
    """`ended` says how each test ended, by node id; `code` is pytest's own, `tail` the end of what it printed."""

    ended: Mapping[str, str]
    code: int
    tail: str

    def of(self, test: str) -> set[str]:
        """How the test of this node id ended, with each of its parameters if the id names none."""
        return {outcome for name, outcome in self.ended.items() if name == test or name.startswith(f"{test}[")}

    def count(self, outcome: str) -> int:
        return sum(each == outcome for each in self.ended.values())


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.when == "call" or not report.passed:
        outcome = ERROR if report.failed and report.when != "call" else report.outcome
        with Path(os.environ[OUTCOMES]).open("a") as file:
            file.write(json.dumps({"id": report.nodeid, "outcome": outcome}) + "\n")


def run(arguments: Sequence[str], environ: Mapping[str, str] | None = None, echo: bool = False) -> Run:
    """Run pytest in a process of its own. `echo` shows what it prints while it prints it."""
    with tempfile.TemporaryDirectory(prefix="rw-outcomes-") as folder:
        file = Path(folder) / "outcomes"
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "tests.reliability.outcomes"]
        process = subprocess.Popen(
            [*command, *arguments],
            env={**os.environ, **(environ or {}), OUTCOMES: str(file)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
        with child(process):
            lines = _read(process, echo)
            process.wait()
        rows = [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []
    ended: dict[str, str] = {}
    for row in rows:
        # A test that passed and then failed to clean up has failed.
        ended[row["id"]] = row["outcome"] if ended.get(row["id"]) in (None, PASSED) else ended[row["id"]]
    return Run(ended, process.returncode, "".join(lines[-80:]))


def _read(process: subprocess.Popen[str], echo: bool) -> list[str]:
    assert process.stdout
    lines = []
    for line in process.stdout:
        lines.append(line)
        if echo:
            print("    " + line, end="", flush=True)
    return lines
