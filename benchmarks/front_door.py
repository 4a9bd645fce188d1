"""How long does a person wait? `replwright run` on a running stack, and `make run` in a fresh clone, twice."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.report import Measured
from replwright.local.endpoints import Endpoints
from tests.support.cli import environ, replwright

ROOT = Path(__file__).parents[1]


def warm(endpoints: Endpoints, count: int = 12) -> list[Measured]:
    """Seconds of `replwright run` with one round of two REPL tasks, the start of Python included."""
    task = {"type": "spawn_repl", "task_type": "Compute", "code_to_execute": "1 + 1"}
    plan = Path(endpoints.home) / "plan.json"
    plan.write_text(json.dumps([{**task, "task_id": "a"}, {**task, "task_id": "b"}]))
    env = environ(Path(endpoints.home), model="offline")
    spent, bare = [], []
    # The first job waits for the pool's host, which starts after the workers serve.
    replwright("run", "two sums", "--plan", str(plan), env=env)
    for _ in range(count):
        spent.append(_seconds(lambda: replwright("run", "two sums", "--plan", str(plan), "--json", env=env)))
        bare.append(
            _seconds(lambda: subprocess.run([sys.executable, "-c", "import sqlalchemy, celery.app"], check=True))
        )
    return [
        Measured("python -c 'import sqlalchemy, celery.app'", "s", bare),
        Measured("replwright run, one round of two tasks", "s", spent, "python -c 'import sqlalchemy, celery.app'"),
    ]


def cold(again: int = 2) -> list[Measured]:
    """Seconds of `make run` in a clone of HEAD with an empty HOME: the first, and those after it.

    UV_CACHE_DIR is passed on if it is set; without it the first time downloads every package.
    """
    kept = {name: os.environ[name] for name in ("PATH", "UV_CACHE_DIR", "SSL_CERT_FILE") if name in os.environ}
    kept |= {name: value for name, value in os.environ.items() if name.startswith("PIP_")}
    with tempfile.TemporaryDirectory(prefix="rw-cold-") as folder:
        home = Path(folder)
        if (config := Path.home() / ".config" / "pip").is_dir():
            shutil.copytree(config, home / ".config" / "pip")
        subprocess.run(["git", "clone", "-q", str(ROOT), str(home / "app")], check=True)
        times = [
            _seconds(
                lambda: subprocess.run(
                    ["make", "run"], cwd=home / "app", env=kept | {"HOME": folder}, check=True, capture_output=True
                )
            )
            for _ in range(1 + again)
        ]
    cache = "warm package cache" if "UV_CACHE_DIR" in kept else "no package cache"
    return [
        Measured(f"make run, first time, {cache}", "s", times[:1]),
        Measured("make run, after that", "s", times[1:], f"make run, first time, {cache}"),
    ]


def _seconds(call: object) -> float:
    started = time.perf_counter()
    done = call()  # type: ignore[operator]
    assert getattr(done, "code", 0) == 0, done
    return time.perf_counter() - started
