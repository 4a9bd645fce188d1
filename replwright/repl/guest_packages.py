"""What stands in the guest's environment: asked of its own interpreter, for `doctor`."""

import json
import subprocess
from pathlib import Path

from orchestration.errors import SandboxUnavailable

_ASK = """
import importlib.metadata, json, platform
found = {one.metadata["Name"]: one.version for one in importlib.metadata.distributions() if one.metadata["Name"]}
print(json.dumps([platform.python_version(), found]))
"""
_ASK_S = 30
# What questions about data most often need; doctor names these first.
WELL_KNOWN = ("pandas", "numpy", "pyarrow", "matplotlib", "scipy", "openpyxl", "cloudpickle")


def installed(python: Path) -> tuple[str, dict[str, str]]:
    """The interpreter's version, and its packages with theirs. Raises SandboxUnavailable if it does not run."""
    command = [str(python), "-P", "-s", "-c", _ASK]
    try:
        asked = subprocess.run(command, capture_output=True, text=True, timeout=_ASK_S, env={}, check=True)
    except (OSError, subprocess.SubprocessError) as error:
        raise SandboxUnavailable(f"{python} does not run: {error}", "make setup") from None
    version, packages = json.loads(asked.stdout)
    return version, packages


def in_words(version: str, packages: dict[str, str]) -> str:
    """One line: the version, the well-known packages, then the others by name."""
    known = [f"{name} {packages[name]}" for name in WELL_KNOWN if name in packages]
    missing = [name for name in WELL_KNOWN if name not in packages]
    others = sorted(set(packages) - set(WELL_KNOWN), key=str.lower)
    told = f"Python {version}: {', '.join(known) or 'no package'}"
    told += f"; and {', '.join(others)}" if others else ""
    return told + (f"; without {', '.join(missing)}" if missing else "")
