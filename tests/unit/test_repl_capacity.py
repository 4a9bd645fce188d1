"""Places for live REPLs: first come, first served, an idle one asked to go, none lost to a cancelled wait."""

import asyncio

from replwright.repl.host.capacity import Capacity


async def _settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


def test_who_waited_longest_gets_the_place_and_each_wait_asks_for_room() -> None:
    async def story() -> None:
        asked: list[int] = []
        capacity = Capacity(1, lambda: asked.append(1))
        await capacity.take()
        got: list[str] = []

        async def wait(name: str) -> None:
            await capacity.take()
            got.append(name)

        tasks = [asyncio.create_task(wait(name)) for name in "abc"]
        await _settle()
        assert len(asked) == 3
        assert capacity.wanted
        tasks[0].cancel()
        await _settle()
        capacity.give()
        await _settle()
        assert got == ["b"]
        capacity.give()
        capacity.give()
        await _settle()
        assert got == ["b", "c"]
        assert capacity.taken == 0
        assert not capacity.wanted

    asyncio.run(story())


def test_a_place_given_to_who_was_cancelled_at_that_moment_is_not_lost() -> None:
    async def story() -> None:
        capacity = Capacity(1, lambda: None)
        await capacity.take()
        waiting = asyncio.create_task(capacity.take())
        await _settle()
        capacity.give()
        waiting.cancel()
        await _settle()
        assert capacity.taken == 0

    asyncio.run(story())
