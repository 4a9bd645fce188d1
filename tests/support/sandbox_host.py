"""A host process for tests: it runs an engine, takes jobs as JSON lines and answers with outcomes as JSON lines.

Arguments: the engine's class, the scratch root, the guest's Python, the engine's other options as JSON. The first line
it writes is {"ready": pid} or {"unavailable": reason}. It needs nothing but the standard library (and what the engine
needs), so that any user's Python can run it.
"""

import asyncio
import base64
import importlib
import inspect
import json
import os
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from orchestration.errors import SandboxUnavailable
from orchestration.limits import TaskLimits
from orchestration.ports import Engine
from orchestration.repl_job import EarlierResult, InputFile, NamedState, Replay, ReplJob
from orchestration.states import EngineName
from tests.support.sandbox_calls import serve


async def main() -> None:
    name, root, python, options = sys.argv[1:5]
    module, made = name.split(":")
    make = getattr(importlib.import_module(f"replwright.repl.host.{module}"), made)
    given = {"guest_python": Path(python)} if "guest_python" in inspect.signature(make).parameters else {}
    engine: Engine = make(scratch_root=Path(root), **given, **json.loads(options))
    try:
        await engine.start()
    except SandboxUnavailable as error:
        _say({"unavailable": str(error)})
        return
    _say({"ready": os.getpid(), "zygote": next(iter(_zygotes(engine)), 0)})
    lines = asyncio.StreamReader(limit=256 * 1024**2)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    tasks: dict[int, asyncio.Task[None]] = {}
    while line := await lines.readline():
        message = json.loads(line)
        if "cancel" in message:
            tasks[message["cancel"]].cancel()
        else:
            tasks[message["id"]] = asyncio.create_task(_answer(engine, message))
            # Started before it can be cancelled, or nobody would answer.
            await asyncio.sleep(0)
    await engine.stop()
    if tasks:
        await asyncio.wait(tasks.values())


def _zygotes(engine: Engine) -> list[int]:
    pids: list[int] = engine.zygote_pids() if hasattr(engine, "zygote_pids") else []
    return pids


async def _answer(engine: Engine, message: dict[str, Any]) -> None:
    answer: dict[str, Any] = {"id": message["id"]}
    try:
        if "forget" in message:
            await engine.forget(message["forget"])
        elif "end_group" in message:
            await engine.end_group(message["end_group"])
        elif "stats" in message:
            answer |= {"stats": engine.stats(), "zygotes": _zygotes(engine)}
        else:
            answer["outcome"] = await _run(engine, message)
    except asyncio.CancelledError:
        answer["cancelled"] = True
    except (SandboxUnavailable, OSError) as error:
        answer["raised"] = f"{type(error).__name__}: {error}"
    _say(answer)


async def _run(engine: Engine, message: dict[str, Any]) -> dict[str, Any]:
    job = ReplJob(
        code=message["code"],
        context_data=message["context"],
        inputs=tuple(InputFile(name, Path(path), kind) for name, path, kind in message["inputs"]),
        results=tuple(_earlier(one) for one in message["results"]),
        limits=TaskLimits(**message["limits"]),
        engine=EngineName(message["engine"]),
        named=_named(message["named"]) if message["named"] else None,
        group=message["group"],
        group_size=message["group_size"],
        functions=tuple(message["functions"]),
    )
    outcome = asdict(await engine.run(job, serve))
    outcome["outputs"] = [{**one, "data": base64.b64encode(one["data"]).decode()} for one in outcome["outputs"]]
    if outcome["state"] and outcome["state"]["snapshot"] is not None:
        outcome["state"]["snapshot"] = base64.b64encode(outcome["state"]["snapshot"]).decode()
    return outcome


def _earlier(told: dict[str, Any]) -> EarlierResult:
    return EarlierResult(**{**told, "artifacts": tuple((name, Path(path)) for name, path in told["artifacts"])})


def _named(told: dict[str, Any]) -> NamedState:
    return NamedState(
        key=told["key"],
        version=told["version"],
        next_version=told["next_version"],
        snapshot=Path(told["snapshot"]) if told["snapshot"] else None,
        engine=EngineName(told["engine"]) if told["engine"] else None,
        replay=tuple(_replay(one) for one in told["replay"]),
        durable=told["durable"],
    )


def _replay(told: dict[str, Any]) -> Replay:
    inputs = tuple(InputFile(one["name"], Path(one["path"]), one["format"]) for one in told["inputs"])
    return Replay(**{**told, "inputs": inputs, "results": tuple(_earlier(one) for one in told["results"])})


def _say(message: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(main())
