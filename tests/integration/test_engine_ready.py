"""REPLs kept ready: given out when they suit, thrown away when they died, refilled; and the rule about memory."""

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from orchestration.limits import TaskLimits
from orchestration.repl_job import InputFile, NamedState, ReplJob
from orchestration.states import ErrorKind, StateKind
from replwright.repl.host.cpython import CPythonEngine
from replwright.repl.host.flavours import Flavour
from replwright.repl.host.forker import pid_of
from replwright.repl.host.memory import Memory
from tests.support.sandbox import open_folder

SUM = "import pandas as pd\nint(pd.Series([1, 2, 3]).sum())"


class Machine:
    """A memory that the test fills."""

    def __init__(self) -> None:
        self.used = 0.1
        self.memory = Memory(read=lambda: self.used, fresh_s=0)


@contextlib.asynccontextmanager
async def _engine(ready: dict[Flavour, int], machine: Machine | None = None) -> AsyncIterator[CPythonEngine]:
    with open_folder() as folder:
        engine = CPythonEngine(folder, max_live=16, ready=ready, memory=(machine or Machine()).memory)
        await engine.start()
        try:
            yield engine
        finally:
            await engine.stop()
        assert list(folder.iterdir()) == []


async def _until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.01)


def _waiting(engine: CPythonEngine) -> list[int]:
    """The pids of the REPLs that wait."""
    assert engine._parts is not None
    return [pid_of(repl.pidfd) for repl in engine._parts.berths.repls() if repl.usable]


def test_a_ready_repl_is_used_once_and_replaced() -> None:
    async def story() -> None:
        async with _engine({Flavour.BARE: 2, Flavour.DATA: 1}) as engine:
            # given a full set
            await _until(lambda: engine.stats()["ready"] == 3)
            before = set(_waiting(engine))
            # when
            first = await engine.run(ReplJob("left = 1\nimport json\njson.planted = 1\nopen('left', 'w').write('x')"))
            second = await engine.run(ReplJob("import json\n[hasattr(json, 'planted'), 'left' in globals()]"))
            third = await engine.run(ReplJob(SUM))
            # then
            assert first.is_success
            assert second.value == "[False, False]"
            assert third.value == "6"
            await _until(lambda: engine.stats()["ready"] == 3)
            assert not before & set(_waiting(engine))

    asyncio.run(story())


def test_inputs_reach_a_repl_that_was_confined_before_they_were_known(tmp_path: Path) -> None:
    source = tmp_path / "prices.csv"
    source.write_text("a\n7\n")

    async def story() -> None:
        async with _engine({Flavour.DATA: 1}) as engine:
            await _until(lambda: engine.stats()["ready"] == 1)
            job = ReplJob(
                "[int(inputs_df['prices']['a'][0]), inputs['prices'].rsplit('/', 1)[1]]",
                inputs=(InputFile("prices", source, "csv"),),
            )
            assert (await engine.run(job)).value == "[7, 'prices.csv']"

    asyncio.run(story())


@pytest.mark.parametrize("limits", [TaskLimits(memory_bytes=128 * 1024**2), TaskLimits(scratch_files=10)])
def test_a_job_that_needs_other_limits_gets_a_repl_of_its_own(limits: TaskLimits) -> None:
    async def story() -> None:
        async with _engine({Flavour.BARE: 1}) as engine:
            await _until(lambda: engine.stats()["ready"] == 1)
            before = _waiting(engine)
            assert (await engine.run(ReplJob("1 + 1", limits=limits))).value == "2"
            assert _waiting(engine) == before

    asyncio.run(story())


def test_a_ready_repl_that_died_is_thrown_away() -> None:
    async def story() -> None:
        async with _engine({Flavour.BARE: 3}) as engine:
            await _until(lambda: engine.stats()["ready"] == 3)
            for pid in _waiting(engine):
                os.kill(pid, signal.SIGKILL)
            await _until(lambda: not _waiting(engine))
            assert (await engine.run(ReplJob("1 + 1"))).value == "2"
            await _until(lambda: len(_waiting(engine)) == 3)

    asyncio.run(story())


def test_a_zygote_that_died_takes_its_set_along_and_both_are_replaced() -> None:
    async def story() -> None:
        async with _engine({Flavour.BARE: 2}) as engine:
            await _until(lambda: engine.stats()["ready"] == 2)
            os.kill(engine.zygote_pids()[0], signal.SIGKILL)
            await _until(lambda: not _waiting(engine))
            assert (await engine.run(ReplJob("1 + 1"))).value == "2"
            await _until(lambda: len(_waiting(engine)) == 2)

    asyncio.run(story())


def test_more_jobs_at_once_than_are_ready_all_come_through() -> None:
    async def story() -> None:
        async with _engine({Flavour.BARE: 4, Flavour.DATA: 2}) as engine:
            jobs = [ReplJob(f"{number} + 0" if number % 4 else f"import pandas\n{number}") for number in range(60)]
            outcomes = await asyncio.gather(*(engine.run(job) for job in jobs))
            assert [outcome.value for outcome in outcomes] == [str(number) for number in range(60)]

    asyncio.run(story())


HOLD = "held = bytearray(b'x' * {size})\nimport time\ntime.sleep(60)"


def test_when_the_machine_runs_out_of_memory_the_largest_repl_goes() -> None:
    async def story() -> None:
        machine = Machine()
        async with _engine({Flavour.BARE: 1}, machine) as engine:
            # given
            small, large = (
                asyncio.create_task(engine.run(ReplJob(HOLD.format(size=size)))) for size in (30_000_000, 150_000_000)
            )
            await asyncio.sleep(1.0)
            # when
            machine.used = 0.9
            outcome = await large
            machine.used = 0.5
            # then
            assert outcome.error_kind is ErrorKind.OUT_OF_MEMORY
            assert (outcome.stderr or "").startswith("out of memory: the machine ran out, and this REPL, holding 1")
            assert not small.done()
            small.cancel()
            await asyncio.wait({small})

    asyncio.run(story())


def test_a_named_repl_that_idles_goes_too_and_its_place_is_free() -> None:
    async def story() -> None:
        machine = Machine()
        async with _engine({}, machine) as engine:
            first = await engine.run(ReplJob("held = bytearray(100_000_000)", named=NamedState("big", 0, 1)))
            assert first.state is not None
            assert first.state.kind is StateKind.TOO_BIG
            machine.used = 0.9
            await _until(lambda: engine.stats()["live"] == 0)

    asyncio.run(story())


def test_where_no_repl_is_why_the_machine_is_full_none_is_ended() -> None:
    async def story() -> None:
        machine = Machine()
        async with _engine({}, machine) as engine:
            machine.used = 0.99
            assert (await engine.run(ReplJob("import time\ntime.sleep(1)\n'done'"))).value == "'done'"

    asyncio.run(story())
