"""When templates are made, shared, given back and not tried again; the processes themselves are stood in for."""

import asyncio
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import pytest

from orchestration.limits import TaskLimits
from orchestration.repl_job import InputFile, ReplJob
from replwright.repl.host import template as under_test
from replwright.repl.host.berths import Berths
from replwright.repl.host.loader import TableFile
from replwright.repl.host.scratch import Folders
from replwright.repl.host.table_reads import MIN_BYTES
from replwright.repl.host.template import Templates
from replwright.repl.host.zygote import Zygote


class _Zygote:
    def __init__(self) -> None:
        self.gone = False

    async def template(self, _request: object, tables: list[tuple[str, int]]) -> "_Zygote":
        for _, descriptor in tables:
            os.close(descriptor)
        return _Zygote()

    async def stop(self) -> None:
        self.gone = True


class _Berth:
    def request(self) -> dict[str, Any]:
        return {}


class _Berths:
    def make(self, *_arguments: object) -> _Berth:
        return _Berth()

    def clean(self, _berth: object) -> "asyncio.Task[None]":
        return asyncio.create_task(asyncio.sleep(0))


@dataclass
class _World:
    """Templates over stand-ins; `loads` are the tables that a loader was run for, each after `go` was set."""

    templates: Templates
    folder: Path
    go: asyncio.Event = field(default_factory=asyncio.Event)
    loads: list[str] = field(default_factory=list)
    fails: bool = False

    async def load(self, one: InputFile, *_others: object) -> TableFile:
        self.loads.append(one.name)
        await self.go.wait()
        if self.fails:
            raise OSError("no")
        return TableFile(one.name, os.open(os.devnull, os.O_RDONLY), 1)

    def job(self, *names: str, group: str = "g", **limits: Any) -> ReplJob:
        for name in names:
            (self.folder / name).write_bytes(bytes(MIN_BYTES))
        inputs = tuple(InputFile(name, self.folder / name, "csv") for name in names)
        return ReplJob("list(inputs_df)", inputs=inputs, group=group, group_size=9, limits=TaskLimits(**limits))


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> _World:
    async def zygote() -> Zygote:
        return cast(Zygote, _Zygote())

    world = _World(Templates(zygote, cast(Berths, _Berths()), cast(Folders, None)), tmp_path)
    monkeypatch.setattr(under_test, "load_table", world.load)
    return world


async def _stop(templates: Templates) -> None:
    """As an engine does, whose REPLs are gone."""
    live = templates.live
    stopping = asyncio.create_task(templates.stop())
    for one in live:
        while one.users:
            templates.release(one)
    await stopping


async def test_jobs_that_ask_at_once_wait_for_one_template(world: _World) -> None:
    asking = [asyncio.create_task(world.templates.for_job(world.job("a"))) for _ in range(20)]
    await asyncio.sleep(0)
    asking[0].cancel()
    world.go.set()

    got = await asyncio.gather(*asking, return_exceptions=True)

    assert isinstance(got[0], asyncio.CancelledError)
    assert world.loads == ["a"]
    assert {id(one) for one in got[1:]} == {id(next(iter(world.templates.live)))}
    await _stop(world.templates)


async def test_a_template_serves_jobs_that_read_less_and_not_those_that_need_more_memory(world: _World) -> None:
    world.go.set()
    both = await world.templates.for_job(world.job("a", "b", memory_bytes=100 << 20))

    assert both is not None
    assert await world.templates.for_job(world.job("a", memory_bytes=50 << 20)) is both
    assert both.tables(world.job("a")) == ["a"]
    assert await world.templates.for_job(world.job("a", memory_bytes=200 << 20)) is not both
    assert world.loads == ["a", "b"]
    await _stop(world.templates)


async def test_what_failed_is_not_tried_again_for_that_group(world: _World) -> None:
    world.go.set()
    world.fails = True

    assert [await world.templates.for_job(world.job("a")) for _ in range(3)] == [None] * 3
    assert world.loads == ["a"]
    assert await world.templates.for_job(world.job("a", group="other")) is None
    assert world.loads == ["a", "a"]


async def test_a_group_that_ended_keeps_its_template_until_its_last_repl_is_gone(world: _World) -> None:
    world.go.set()
    held = await world.templates.for_job(world.job("a"))
    assert held is not None

    await world.templates.end_group("g")
    assert held in world.templates.live
    world.templates.release(held)
    await world.templates.stop()

    assert held.zygote.gone
    assert not world.templates.live


async def test_a_group_that_ends_while_its_table_is_loaded_leaves_the_job_to_the_ordinary_way(world: _World) -> None:
    asking = asyncio.create_task(world.templates.for_job(world.job("a")))
    while not world.loads:
        await asyncio.sleep(0)

    await world.templates.end_group("g")

    assert await asking is None
    assert not world.templates.live


async def test_an_unused_template_ends_after_a_while(world: _World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(under_test, "IDLE_S", 0.0)
    world.go.set()
    held = await world.templates.for_job(world.job("a"))
    assert held is not None

    world.templates.release(held)
    while not held.zygote.gone:
        await asyncio.sleep(0)

    assert not world.templates.live
    assert await world.templates.for_job(world.job("a")) is not held
    assert world.loads == ["a", "a"]
    await _stop(world.templates)


async def test_there_is_no_place_for_a_fifth_while_four_are_in_use(world: _World) -> None:
    world.go.set()
    held = [await world.templates.for_job(world.job("a", group=f"g{number}")) for number in range(4)]
    assert None not in held

    assert await world.templates.for_job(world.job("a", group="one more")) is None
    oldest = held[0]
    assert oldest is not None
    world.templates.release(oldest)
    assert await world.templates.for_job(world.job("a", group="one more")) is not None
    assert oldest not in world.templates.live
    await _stop(world.templates)
