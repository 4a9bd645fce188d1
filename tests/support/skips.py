"""No test is skipped silently: in CI, a skip that is not in tests/allowed_skips.txt fails the run."""

import os
from pathlib import Path

import pytest

ALLOWED = Path(__file__).parents[1] / "allowed_skips.txt"
_skipped: set[str] = set()


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.skipped:
        _skipped.add(report.nodeid.split("[")[0])


def pytest_sessionfinish(session: pytest.Session) -> None:
    unexpected = sorted(_skipped - allowed())
    if unexpected and os.environ.get("CI"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
        print(f"\nskipped, but not listed in {ALLOWED.name}: {', '.join(unexpected)}")


def allowed() -> set[str]:
    """Node ids, parameters apart; what stands after a # is the reason."""
    lines = (line.split("#")[0].strip() for line in ALLOWED.read_text().splitlines())
    return {line for line in lines if line}
