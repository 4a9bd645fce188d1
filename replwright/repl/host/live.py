"""Named REPLs: a live copy of each, reused while it is of the state that a job starts from, else made anew."""

import asyncio
from collections import OrderedDict
from dataclasses import dataclass, replace

from orchestration.limits import MAX_TASK_TIMEOUT_S
from orchestration.ports import Calls
from orchestration.repl_job import LeftState, NamedState, ReplJob, ReplOutcome
from orchestration.states import StateKind
from replwright.repl.host.berth import Berth
from replwright.repl.host.berths import Berths
from replwright.repl.host.capacity import Capacity
from replwright.repl.host.choose import flavour_of
from replwright.repl.host.flavours import Flavour
from replwright.repl.host.ready import Open
from replwright.repl.host.repl import Ending
from replwright.repl.host.restore import restore
from replwright.repl.host.run import message_of, outcome_of

# The kernel's processor limit is for a process, not for a job: a copy that ran this long is restored in a new one.
_LONGEST_RUN_S = 300.0


@dataclass
class _Copy:
    """A live copy between two jobs. `expiry` ends it when no job comes."""

    version: int
    berth: Berth
    expiry: asyncio.TimerHandle


class LiveRepls:
    """The named REPLs of an engine. Each copy keeps a place of `capacity` while it lives."""

    def __init__(self, open_berth: Open, berths: Berths, max_live: int, ttl_s: float) -> None:
        self.capacity = Capacity(max_live, self._make_room)
        self._open, self._berths, self._ttl_s = open_berth, berths, ttl_s
        self._idle: OrderedDict[str, _Copy] = OrderedDict()

    @property
    def count(self) -> int:
        """How many idle."""
        return len(self._idle)

    async def run(self, job: ReplJob, named: NamedState, calls: Calls | None) -> ReplOutcome:
        """Run `job` in its named REPL. Raises ZygoteGone before any code ran, SandboxUnavailable, OSError."""
        berth = self._reusable(job, named)
        is_fresh = berth is None
        if berth is None:
            berth = await self._fresh(job)
        kept = False
        try:
            outcome = await restore(berth, job, named) if is_fresh else None
            if outcome is None:
                outcome = await self._run(berth, job, named, calls)
                kept = outcome.state is not None and outcome.state.kind is not StateKind.UNCHANGED
        finally:
            if kept and berth.ran_s < _LONGEST_RUN_S:
                self._park(named, berth)
            else:
                self._end(berth)
        return outcome

    async def forget(self, key: str) -> None:
        """End the live copy, if there is one, and wait until it is gone."""
        if (copy := self._take(key)) is not None:
            await self._end(copy.berth)

    def drop_the_dead(self) -> None:
        """Give back the places of copies that ended while they idled."""
        for key in [key for key, copy in self._idle.items() if not copy.berth.usable]:
            self._expire(key)

    async def stop(self) -> None:
        """End every copy that idles."""
        for key in list(self._idle):
            await self.forget(key)

    async def _run(self, berth: Berth, job: ReplJob, named: NamedState, calls: Calls | None) -> ReplOutcome:
        functions = list(job.functions)
        message = await message_of(berth, job, job.code, job.limits, functions=functions, keep=True, save=named.durable)
        berth.repl.begin(job.limits)
        heard = await berth.hearing(job.limits).hear(message, job.functions, calls)
        berth.ran_s += heard.elapsed_s
        if heard.done is not None and not named.durable:
            heard.state = LeftState(StateKind.KEPT)
        if heard.done is None or heard.state is None:
            berth.repl.end(Ending.UNNEEDED)
            heard.state = LeftState(StateKind.UNCHANGED)
        else:
            berth.repl.rest()
        return outcome_of(heard, berth.repl, job.limits)

    def _reusable(self, job: ReplJob, named: NamedState) -> Berth | None:
        """The live copy, if the job may start in it; one that is of another state is ended."""
        copy = self._take(named.key)
        if copy is None:
            return None
        berth = copy.berth
        if copy.version == named.version and berth.suits(job.limits) and berth.usable:
            return berth
        self._end(berth)
        return None

    async def _fresh(self, job: ReplJob) -> Berth:
        """Never a bare one: whatever comes to live in it may need the tables' packages."""
        await self.capacity.take()
        try:
            flavour = flavour_of(job.code)
            limits = replace(job.limits, timeout_s=MAX_TASK_TIMEOUT_S)
            return await self._open(Flavour.DATA if flavour is Flavour.BARE else flavour, limits)
        except BaseException:
            self.capacity.give()
            raise

    def _park(self, named: NamedState, berth: Berth) -> None:
        if (other := self._take(named.key)) is not None:
            self._end(other.berth)
        expiry = asyncio.get_running_loop().call_later(self._ttl_s, self._expire, named.key)
        self._idle[named.key] = _Copy(named.next_version, berth, expiry)
        if self.capacity.wanted:
            self._make_room()

    def _take(self, key: str) -> _Copy | None:
        copy = self._idle.pop(key, None)
        if copy is not None:
            copy.expiry.cancel()
        return copy

    def _expire(self, key: str) -> None:
        if (copy := self._take(key)) is not None:
            self._end(copy.berth)

    def _make_room(self) -> None:
        """The one that was used longest ago goes."""
        if self._idle:
            self._expire(next(iter(self._idle)))

    def _end(self, berth: Berth) -> "asyncio.Task[None]":
        return self._berths.clean(berth, self.capacity.give)
