"""The whole product as a user has it: one stack a session, and the command line against it."""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from replwright.local import stack
from replwright.settings import Settings
from tests.support.cli import Ran, environ, replwright


@dataclass(frozen=True, slots=True)
class Served:
    """A running stack with the offline model."""

    home: Path
    env: dict[str, str]

    def __call__(self, *arguments: str, stdin: str | None = None) -> Ran:
        """Run one command."""
        return replwright(*arguments, env=self.env, stdin=stdin)

    def ask(self, question: str, *data: Path, **options: str) -> dict[str, Any]:
        """`run --json`: the document it prints."""
        files = [part for path in data for part in ("--data", str(path))]
        flags = [part for name, value in options.items() for part in (f"--{name.replace('_', '-')}", value)]
        document = self("run", question, *files, *flags, "--json").json
        assert isinstance(document, dict)
        return document


@pytest.fixture(scope="session")
def served() -> Iterator[Served]:
    with tempfile.TemporaryDirectory(prefix="rw-served-") as folder:
        home = Path(folder)
        settings = Settings(home=home, model="offline")
        stack.ensure(settings, stops_when_idle=False, ends_with_caller=True)
        try:
            yield Served(home, environ(home, model="offline"))
        finally:
            stack.stop(settings)
