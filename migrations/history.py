"""The migrations in their order, each with its phase, as their files declare them. Alembic is slow to load.

A migration of the phase `pre` only adds or relaxes, so that the running release tolerates it: it is applied before the
new code starts. One of the phase `post` takes away what only an older release needed: it waits until that is gone.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

VERSIONS = Path(__file__).parent / "versions"
_DECLARED = re.compile(r'^(revision|phase) = "(\w+)"$', re.MULTILINE)


class Phase(StrEnum):
    """When a migration is applied: before the new code starts, or after the old one is gone."""

    PRE = "pre"
    POST = "post"


@dataclass(frozen=True, slots=True)
class Migration:
    """One file of migrations/versions."""

    revision: str
    phase: Phase


def history() -> tuple[Migration, ...]:
    """All migrations that this release knows, the oldest first. Raises ValueError when a file declares no phase."""
    return _history(VERSIONS)


@cache
def _history(versions: Path) -> tuple[Migration, ...]:
    return tuple(_read(file) for file in sorted(versions.glob("[0-9]*.py")))


def _read(file: Path) -> Migration:
    declared = dict(_DECLARED.findall(file.read_text()))
    if not {"revision", "phase"} <= declared.keys():
        raise ValueError(f'{file.name} declares no revision or no phase: write phase = "pre" or phase = "post"')
    return Migration(declared["revision"], Phase(declared["phase"]))
