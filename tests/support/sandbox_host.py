"""A host process for tests: it runs an engine, takes jobs as JSON lines and answers with outcomes as JSON lines.

Arguments: the scratch root, the guest's Python, the number of live REPLs. The first line it writes is {"ready": pid}
or {"unavailable": reason}. It needs nothing but the standard library, so that any user's Python can run it.
"""

import asyncio
import base64
import json
import os
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from orchestration.errors import SandboxUnavailable
from orchestration.limits import TaskLimits
from orchestration.repl_job import EarlierResult, InputFile, ReplJob
from replwright.repl.host.cpython import CPythonEngine


async def main() -> None:
    root, python, max_live = sys.argv[1:4]
    engine = CPythonEngine(scratch_root=Path(root), guest_python=Path(python), max_live=int(max_live))
    try:
        await engine.start()
    except SandboxUnavailable as error:
        _say({"unavailable": str(error)})
        return
    zygote = engine._zygote
    assert zygote is not None
    _say({"ready": os.getpid(), "zygote": zygote._process.pid})
    lines = asyncio.StreamReader(limit=64 * 1024**2)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    tasks: dict[int, asyncio.Task[None]] = {}
    while line := await lines.readline():
        message = json.loads(line)
        if "cancel" in message:
            tasks[message["cancel"]].cancel()
        else:
            tasks[message["id"]] = asyncio.create_task(_run(engine, message))
    await engine.stop()
    if tasks:
        await asyncio.wait(tasks.values())


async def _run(engine: CPythonEngine, message: dict[str, Any]) -> None:
    job = ReplJob(
        code=message["code"],
        context_data=message["context"],
        inputs=tuple(InputFile(name, Path(path), kind) for name, path, kind in message["inputs"]),
        results=tuple(
            EarlierResult(**{**one, "artifacts": tuple((name, Path(path)) for name, path in one["artifacts"])})
            for one in message["results"]
        ),
        limits=TaskLimits(**message["limits"]),
    )
    try:
        outcome = asdict(await engine.run(job))
    except asyncio.CancelledError:
        _say({"id": message["id"], "cancelled": True})
        return
    except (SandboxUnavailable, OSError) as error:
        _say({"id": message["id"], "raised": f"{type(error).__name__}: {error}"})
        return
    outcome["outputs"] = [{**one, "data": base64.b64encode(one["data"]).decode()} for one in outcome["outputs"]]
    _say({"id": message["id"], "outcome": outcome})


def _say(message: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(main())
