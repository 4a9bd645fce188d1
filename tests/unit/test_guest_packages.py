"""What doctor says of the guest's environment."""

import sys
from pathlib import Path

import pytest

from orchestration.errors import SandboxUnavailable
from replwright.repl.guest_packages import in_words, installed
from replwright.repl.host.guest_python import find_guest_python


def test_well_known_packages_come_first_and_missing_ones_are_named() -> None:
    told = in_words("3.11.7", {"numpy": "2.4.6", "zebra": "1.0", "pandas": "3.1.1", "Ant": "2.0"})
    assert told.startswith("Python 3.11.7: pandas 3.1.1, numpy 2.4.6; and Ant, zebra; without pyarrow,")


def test_the_guests_interpreter_is_asked_and_not_ours() -> None:
    version, packages = installed(find_guest_python())
    assert version.split(".")[:2] == [str(part) for part in sys.version_info[:2]]
    assert "pandas" in packages
    assert "celery" not in packages


def test_an_interpreter_that_does_not_run_is_named(tmp_path: Path) -> None:
    with pytest.raises(SandboxUnavailable, match="does not run"):
        installed(tmp_path / "python")
