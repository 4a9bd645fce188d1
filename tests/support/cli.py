"""The command line as a user has it: a process of its own, with an environment that is stated in full."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

REPLWRIGHT = Path(sys.executable).with_name("replwright")


@dataclass(frozen=True, slots=True)
class Ran:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        assert self.out, self.err
        return json.loads(self.out)


def environ(home: Path, **settings: str) -> dict[str, str]:
    """An environment without anything of the machine's own Replwright; settings by their name without prefix."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("REPLWRIGHT_", "RAY_"))}
    kept |= {name: value for name, value in os.environ.items() if name == "REPLWRIGHT_CI_MARK"}
    return (
        kept | {"REPLWRIGHT_HOME": str(home)} | {f"REPLWRIGHT_{name.upper()}": each for name, each in settings.items()}
    )


def replwright(*arguments: str, env: Mapping[str, str], stdin: str | None = None, timeout: float = 120) -> Ran:
    done = subprocess.run(
        [str(REPLWRIGHT), *arguments],
        env=dict(env),
        input=stdin,
        stdin=subprocess.DEVNULL if stdin is None else None,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
    return Ran(done.returncode, done.stdout, done.stderr)
