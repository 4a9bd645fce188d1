"""Who may run: slots in order, a REPL whose reply came before newcomers, and nobody new while memory is full."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from replwright.repl.host.admission import Admission
from replwright.repl.host.memory import Memory


class Machine:
    """A memory that the test fills and empties."""

    def __init__(self) -> None:
        self.used = 0.1
        self.memory = Memory(admit=0.75, kill=0.85, read=lambda: self.used, fresh_s=0)


async def _settle() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


class Runner:
    """Runs jobs that end when they are told to; `log` says in which order they began and went on."""

    def __init__(self, admission: Admission) -> None:
        self.admission, self.log = admission, list[str]()
        self.tasks: dict[str, asyncio.Task[None]] = {}
        self._gates: dict[str, asyncio.Event] = {}

    def start(self, name: str, *, calls: bool = False) -> None:
        for gate in (name, f"{name} answered"):
            self._gates[gate] = asyncio.Event()
        self.tasks[name] = asyncio.create_task(self._run(name, calls))

    async def tell(self, gate: str) -> None:
        self._gates[gate].set()
        await _settle()

    async def _run(self, name: str, calls: bool) -> None:
        async with self.admission.running():
            self.log.append(name)
            if calls:
                async with self.admission.waiting():
                    await self._gates[f"{name} answered"].wait()
                self.log.append(f"{name} again")
            await self._gates[name].wait()


def _with(max_running: int, story: Callable[[Runner, Machine], Awaitable[None]]) -> None:
    async def run() -> None:
        machine = Machine()
        runner = Runner(Admission(max_running, machine.memory))
        await story(runner, machine)
        for task in runner.tasks.values():
            task.cancel()
        await asyncio.gather(*runner.tasks.values(), return_exceptions=True)
        await _settle()
        machine.used = 0.1
        assert runner.admission.free == max_running

    asyncio.run(run())


def test_no_more_run_at_once_than_may_and_the_first_to_come_goes_first() -> None:
    async def story(runner: Runner, _: Machine) -> None:
        for name in "abcd":
            runner.start(name)
        await _settle()
        assert runner.log == ["a", "b"]
        await runner.tell("b")
        assert runner.log == ["a", "b", "c"]
        assert runner.admission.free == 0

    _with(2, story)


def test_a_repl_that_waits_gives_its_slot_up_and_comes_back_before_newcomers() -> None:
    async def story(runner: Runner, _: Machine) -> None:
        runner.start("caller", calls=True)
        for name in "abc":
            runner.start(name)
        await _settle()
        assert runner.log == ["caller", "a"]
        await runner.tell("caller answered")
        assert runner.log == ["caller", "a"]
        await runner.tell("a")
        assert runner.log == ["caller", "a", "caller again"]
        await runner.tell("caller")
        assert runner.log == ["caller", "a", "caller again", "b"]

    _with(1, story)


def test_every_slot_may_be_given_up_by_a_waiting_parent_without_starving_its_children() -> None:
    async def story(runner: Runner, _: Machine) -> None:
        for number in range(5):
            runner.start(f"parent {number}", calls=True)
        await _settle()
        runner.start("child")
        await _settle()
        assert runner.log[-1] == "child"

    _with(2, story)


@pytest.mark.parametrize("moment", ["in the queue", "in the call", "on the way back"])
def test_cancelling_gives_the_slot_back(moment: str) -> None:
    async def story(runner: Runner, _: Machine) -> None:
        runner.start("a", calls=True)
        await _settle()
        runner.start("b")
        await _settle()
        runner.start("c")
        await _settle()
        if moment == "on the way back":
            await runner.tell("a answered")
        victim = "c" if moment == "in the queue" else "a"
        runner.tasks[victim].cancel()
        await _settle()
        await runner.tell("b")
        assert runner.log[:2] == ["a", "b"]
        assert ("c" in runner.log) == (victim != "c")

    _with(1, story)


def test_newcomers_wait_while_memory_is_full_and_those_who_run_go_on() -> None:
    async def story(runner: Runner, machine: Machine) -> None:
        runner.start("a", calls=True)
        await _settle()
        runner.start("b")
        await _settle()
        machine.used = 0.8
        runner.start("c")
        await _settle()
        await runner.tell("a answered")
        assert runner.log == ["a", "b", "a again"]
        assert runner.admission.free == 0
        machine.used = 0.5
        while "c" not in runner.log:
            await asyncio.sleep(0.01)

    _with(3, story)


def test_one_at_a_time_is_let_in_when_others_fill_the_machine() -> None:
    async def story(runner: Runner, machine: Machine) -> None:
        machine.used = 0.9
        assert runner.admission.free == 1
        runner.start("a")
        runner.start("b")
        await _settle()
        assert runner.log == ["a"]
        assert runner.admission.free == 0
        await runner.tell("a")
        assert runner.log == ["a", "b"]

    _with(4, story)


def test_waiting_outside_of_a_run_is_nothing() -> None:
    async def wait() -> int:
        admission = Admission(2, Machine().memory)
        async with admission.waiting():
            return admission.free

    assert asyncio.run(wait()) == 2
