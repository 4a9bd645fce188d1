"""A pytest plugin: `-p tests.reliability.mutating --mutant NAME` runs tests on a mutant, its workers too."""

import os
from typing import Any

import pytest

from tests.reliability import mutants

MUTANT = "REPLWRIGHT_TEST_MUTANT"
APP = "REPLWRIGHT_TEST_MUTATED_APP"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--mutant", required=True, choices=[mutant.name for mutant in mutants.MUTANTS])


def pytest_configure(config: pytest.Config) -> None:
    os.environ[MUTANT] = name = config.getoption("--mutant")
    mutants.named(name).apply()
    _mutate_workers()


def pytest_report_header(config: pytest.Config) -> str:
    return f"mutant {config.getoption('--mutant')} is on"


def _mutate_workers() -> None:
    """Celery workers are processes of their own: each loads the mutant before the app that it was started with."""
    from tests.support.process_nodes import ProcessContainer

    start = ProcessContainer.start

    def start_mutated(self: Any) -> None:
        place = self._command.index("-A") + 1 if "-A" in self._command else None
        if place and self._command[place] != mutated_app:
            self._environ |= {APP: self._command[place], MUTANT: os.environ[MUTANT]}
            self._command[place] = mutated_app
        start(self)

    mutated_app = "tests.reliability.mutated_app"
    ProcessContainer.start = start_mutated  # type: ignore[method-assign]
