"""The examinations of `replwright doctor`, in the order in which one failing explains the next."""

import asyncio
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from orchestration.errors import ReplwrightError
from orchestration.ports import Engine
from orchestration.states import EngineName
from replwright.local import paths, ports, reach, stack, vitals
from replwright.local.endpoints import Endpoints
from replwright.local.verdict import reasons
from replwright.settings import Settings

SUPPORTED = ((3, 11), (3, 12), (3, 13))


@dataclass(frozen=True, slots=True)
class Finding:
    """`ok` is None for what could not be asked: there is no such service here yet."""

    name: str
    ok: bool | None
    what: str
    remedy: str = ""


def examine(settings: Settings) -> Iterator[Finding]:
    """One finding at a time, as soon as it is known. Nothing is raised for what is found."""
    yield _asked("python", _python)
    yield _asked("home", lambda: _home(settings))
    yield _asked("model", lambda: _model(settings))
    yield _asked("guest", lambda: _guest(settings))
    yield _asked("sandbox", lambda: _sandbox(settings))
    yield _asked("rust engine", lambda: _rust(settings))
    yield from _ports(settings)
    try:
        endpoints = stack.attach(settings) or Endpoints.of(settings)
    except ReplwrightError as error:
        yield Finding("stack", False, error.what, error.remedy)
        return
    yield _reached("broker", endpoints.broker_url, reach.check_broker)
    yield _reached("ray", endpoints.ray_address, reach.check_ray)
    database = _reached("database", endpoints.database_url, reach.check_database)
    yield database
    if database.ok:
        yield _asked("schema", lambda: _schema(endpoints.database_url))
        yield _asked("processes", lambda: _processes(endpoints.database_url))
        yield _asked("promises", lambda: _promises(endpoints.database_url))


def _asked(name: str, question: Callable[[], str]) -> Finding:
    try:
        return Finding(name, True, question())
    except ReplwrightError as error:
        return Finding(name, False, error.what, error.remedy)
    except OSError as error:
        return Finding(name, False, str(error))


def _reached(name: str, address: str, check: Callable[[str], None]) -> Finding:
    if not address:
        return Finding(name, None, "not configured, and no stack runs here", "`replwright up` starts one")

    def answers() -> str:
        check(address)
        return f"{reach.without_password(address)} answers"

    return _asked(name, answers)


def _python() -> str:
    version = sys.version_info[:3]
    if version[:2] not in SUPPORTED:
        raise ReplwrightError(f"Python {version[0]}.{version[1]} is not supported", "make setup PYTHON=python3.11")
    return ".".join(map(str, version))


def _home(settings: Settings) -> str:
    paths.prepare_run(settings.home)
    return f"{settings.home}, {shutil.disk_usage(settings.home).free / 1024**3:.1f} GB free"


def _model(settings: Settings) -> str:
    from replwright.llm.choose import OFFLINE, resolve_model

    choice = resolve_model(settings, settings.model or OFFLINE)
    return f"{choice.name} ({choice.kind})"


def _guest(settings: Settings) -> str:
    from replwright.repl.guest_packages import in_words, installed
    from replwright.repl.host.guest_python import find_guest_python

    python = find_guest_python(settings.guest_python)
    return f"{python}, {in_words(*installed(python))}"


def _sandbox(settings: Settings) -> str:
    """A real REPL: its start attacks the sandbox from inside, and refuses when an attack succeeds."""
    with tempfile.TemporaryDirectory(prefix="rw-doctor-") as folder:
        outcome, walls = asyncio.run(_in_one_repl(_cpython(settings, Path(folder)), EngineName.CPYTHON))
    if outcome != "42":
        raise ReplwrightError(f"a REPL answered {outcome!r} to 6 * 7", "see the guest environment: make setup")
    return f"the attacks of the self-test failed, and a REPL answered; around it: {', '.join(walls)}"


def _rust(settings: Settings) -> str:
    """The same for the rust engine. Without it, everything runs in cpython."""
    from replwright.repl.host.rust.engine import RustEngine

    if settings.engine is EngineName.CPYTHON:
        return "not used: REPLWRIGHT_ENGINE is cpython"
    with tempfile.TemporaryDirectory(prefix="rw-doctor-") as folder:
        outcome, _ = asyncio.run(_in_one_repl(RustEngine(Path(folder), max_live=1, ready=1), EngineName.RUST))
    if outcome != "42":
        raise ReplwrightError(f"the rust engine answered {outcome!r} to 6 * 7", "make setup")
    return "the attacks of the self-test failed, and a REPL answered"


def _cpython(settings: Settings, folder: Path) -> Engine:
    from replwright.repl.host.cpython import CPythonEngine

    return CPythonEngine(folder, settings.guest_python, max_live=1)


async def _in_one_repl(engine: Engine, name: EngineName) -> tuple[str | None, tuple[str, ...]]:
    """The value of 6 * 7, and what stood around it as far as the engine tells."""
    from orchestration.repl_job import ReplJob

    await engine.start()
    try:
        outcome = await engine.run(ReplJob("6 * 7", engine=name))
        return outcome.value, tuple(getattr(engine, "walls", ()))
    finally:
        await engine.stop()


def _ports(settings: Settings) -> Iterator[Finding]:
    """Ports that are wished for, as long as no stack of ours holds them."""
    if stack.current(settings) is not None:
        return
    for variable, port in (("VALKEY_PORT", settings.valkey_port), ("RAY_PORT", settings.ray_port)):
        if port:
            yield _asked(variable.lower(), partial(_free, port, f"REPLWRIGHT_{variable}"))


def _free(port: int, variable: str) -> str:
    return f"{ports.choose(port, variable)} is free"


def _schema(url: str) -> str:
    from models.migrate import check

    return f"revision {check(url).current}"


def _processes(url: str) -> str:
    health = vitals.read_health(url)
    if why := reasons(health):
        raise ReplwrightError("; ".join(why))
    told = ", ".join(f"{count} {kind}" for kind, count in sorted(health.processes.items()))
    newer = f"; {health.newer} jobs of a newer release are left to it" if health.newer else ""
    return f"live: {told}; none complains{newer}"


def _promises(url: str) -> str:
    from models.checker import check
    from models.engine import make_engine

    engine = make_engine(url, "cli")
    try:
        with engine.connect() as connection:
            broken = check(connection)
    finally:
        engine.dispose()
    if broken:
        raise ReplwrightError(f"{len(broken)} rows break a promise; the first: {broken[0]}", "report it, with the rows")
    return "every row keeps the six promises"
