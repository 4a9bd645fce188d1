"""Where the guest's Python is: the interpreter of the environment that REPL code sees."""

import os
from pathlib import Path

from orchestration.errors import SandboxUnavailable


def find_guest_python(configured: Path | None = None) -> Path:
    """`configured`, or `.venv-guest/bin/python` of the checkout. Raises SandboxUnavailable when it is not there."""
    python = configured or Path(__file__).resolve().parents[3] / ".venv-guest" / "bin" / "python"
    if not os.access(python, os.X_OK):
        remedy = "correct REPLWRIGHT_GUEST_PYTHON" if configured else "make setup"
        raise SandboxUnavailable(f"there is no Python for REPL code at {python}", remedy)
    # Not resolved: the link in the environment's bin is what makes it that environment's Python.
    return python.absolute()
