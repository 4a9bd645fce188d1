"""A Monty worker's confinement: every layer on it, attacks from inside it, and no rust engine where it fails."""

import asyncio
import os
from pathlib import Path

import pytest

from orchestration.errors import SandboxUnavailable
from orchestration.repl_job import ReplJob, ReplOutcome
from orchestration.states import EngineName, ErrorKind
from replwright.repl.host.engines import Engines
from replwright.repl.host.rust import filter as system_calls
from replwright.repl.host.rust.engine import RustEngine
from replwright.repl.host.rust.walls import Walls, find_program
from replwright.repl.host.rust.worker import Worker


@pytest.fixture
def walls(tmp_path: Path) -> Walls:
    return Walls(tmp_path / "rust", find_program())


def test_no_attack_from_inside_reaches_its_goal(walls: Walls) -> None:
    walls.attack()


def test_an_attack_that_reaches_its_goal_stops_the_engine(walls: Walls, monkeypatch: pytest.MonkeyPatch) -> None:
    everything = [*walls._settings["files"], ("/etc/passwd", False)]
    monkeypatch.setitem(walls._settings, "files", everything)

    with pytest.raises(SandboxUnavailable, match="read /etc/passwd"):
        walls.attack()


def test_a_worker_has_every_layer_on_and_nothing_of_ours(walls: Walls) -> None:
    worker = Worker(walls.launcher(3), 3)
    try:
        session = worker.open(5.0, 1 << 26)
        of = Path(f"/proc/{session.worker_pid}")
        facts = dict(line.split(":\t", 1) for line in (of / "status").read_text().splitlines() if ":\t" in line)

        assert (facts["NoNewPrivs"], facts["Seccomp"], facts["CapEff"]) == ("1", "2", "0" * 16)
        assert sorted(os.listdir(of / "fd")) == ["0", "1", "2"]
        assert (of / "environ").read_bytes() == b""
        assert (of / "oom_score_adj").read_text() == "1000\n"
        if os.geteuid() == 0:
            assert os.geteuid() not in {int(uid) for uid in facts["Uid"].split()}
        worker.shut(session)
    finally:
        worker.close()


def test_two_workers_are_two_users(walls: Walls) -> None:
    workers = [Worker(walls.launcher(slot), slot) for slot in (0, 1)]
    try:
        users = set()
        for worker in workers:
            session = worker.open(5.0, 1 << 26)
            users.add(Path(f"/proc/{session.worker_pid}").stat().st_uid)
            worker.shut(session)

        assert len(users) == (2 if os.geteuid() == 0 else 1)
    finally:
        for worker in workers:
            worker.close()


def test_a_launcher_that_cannot_confine_starts_nothing(walls: Walls, monkeypatch: pytest.MonkeyPatch) -> None:
    walls._write("launch", {**walls._settings, "filter": "00" * 8})

    with pytest.raises(SandboxUnavailable, match="did not start"):
        Worker(walls.launcher(0), 0)


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_the_filter_names_what_each_architecture_has(machine: str) -> None:
    program = system_calls.build(machine)

    assert len(program) % 8 == 0
    assert 100 < len(program) // 8 < 400


def test_an_architecture_without_a_table_is_refused() -> None:
    with pytest.raises(OSError, match="no table of system calls for riscv64"):
        system_calls.build("riscv64")


async def test_without_the_rust_engine_auto_means_cpython_and_rust_is_refused_with_the_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> int:
        raise OSError("Landlock: Function not implemented")

    monkeypatch.setattr("replwright.repl.host.confine.landlock.abi", refuse)
    stand_in = RustEngine(tmp_path, ready=0)
    engines = Engines(_Cpython(), stand_in)
    await engines.start()
    try:
        auto = await engines.run(ReplJob("1 + 1"))
        asked = await engines.run(ReplJob("1 + 1", engine=EngineName.RUST))
    finally:
        await engines.stop()

    assert (auto.engine, auto.is_success) == ("cpython", True)
    assert (asked.is_success, asked.engine) == (False, "rust")
    assert asked.stderr is not None
    assert "the rust engine is not there" in asked.stderr
    assert "Landlock: Function not implemented" in asked.stderr
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_workers_and_folders_are_gone_when_the_engine_has_stopped(tmp_path: Path) -> None:
    engine = RustEngine(tmp_path, max_live=4, ready=1)
    await engine.start()
    outcomes = await asyncio.gather(*[engine.run(ReplJob("1 + 1", group=f"g{n % 2}")) for n in range(12)])
    live = engine.stats()["rust_live"]

    await engine.stop()

    assert [one.value for one in outcomes] == ["2"] * 12
    assert 0 < live <= 4
    assert list(tmp_path.iterdir()) == []


async def test_a_job_that_runs_while_the_engine_stops_comes_back_as_crashed(tmp_path: Path) -> None:
    engine = RustEngine(tmp_path, max_live=2, ready=1)
    await engine.start()
    started = asyncio.Event()

    async def served(*_call: object) -> None:
        started.set()

    running = asyncio.create_task(engine.run(ReplJob("tell()\nwhile True:\n    pass", functions=("tell",)), served))
    await started.wait()
    await engine.stop()
    outcome = await running

    assert (outcome.is_success, outcome.error_kind) == (False, ErrorKind.CRASHED)
    assert list(tmp_path.iterdir()) == []


class _Cpython(RustEngine):
    """An engine that says that it is cpython."""

    async def start(self) -> None:
        return None

    async def run(self, job: ReplJob, calls: object = None) -> ReplOutcome:
        return ReplOutcome(is_success=True, engine="cpython")
