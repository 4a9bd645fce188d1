"""Named REPLs of the rust engine: a live session for each, reused while it is of the state that a job starts from."""

import secrets
from collections import OrderedDict
from dataclasses import dataclass

from pydantic_monty import MontyError, MontySession, __version__

from orchestration.limits import MAX_SNAPSHOT_BYTES, MAX_TASK_TIMEOUT_S, TaskLimits
from orchestration.repl_job import LeftState, NamedState
from orchestration.states import StateKind
from replwright.repl.host.rust.code import helper_text
from replwright.repl.host.rust.state import Dumped, Unrestorable, packed, unpacked
from replwright.repl.host.rust.worker import Worker

# A dump comes back whole, and takes more room than what it holds.
_MAX_HEAP = 8 * MAX_SNAPSHOT_BYTES


@dataclass
class Live:
    """A session that stays. `version` is that of its state."""

    worker: Worker
    session: MontySession
    helper: str
    version: int

    @classmethod
    def begin(cls, worker: Worker, limits: TaskLimits, snapshot: NamedState | None) -> "Live":
        """An empty session, or one of the snapshot. Blocks. Raises Unrestorable."""
        dumped = unpacked(snapshot.snapshot, __version__) if snapshot and snapshot.snapshot else None
        heap = min(limits.memory_bytes, _MAX_HEAP)
        try:
            session = worker.open(MAX_TASK_TIMEOUT_S, heap)
            live = cls(worker, session, "_" + secrets.token_hex(16), 0)
            if dumped is None:
                session.feed_run(helper_text(live.helper))
            else:
                session.load_session(dumped.data)
                live.helper = dumped.helper
        except (MontyError, TimeoutError) as error:
            worker.kill()
            raise Unrestorable(f"its snapshot cannot be loaded: {str(error)[:200]}") from None
        return live

    def save(self) -> LeftState:
        """What the session holds now. Blocks."""
        try:
            snapshot = packed(Dumped(self.helper, self.session.dump()), __version__)
        except (MontyError, RuntimeError) as error:
            # A dump that is over Monty's own limits takes the session with it.
            self.worker.kill()
            full = isinstance(error, MontyError) and isinstance(error.exception(), MemoryError)
            return LeftState(StateKind.TOO_BIG if full else StateKind.UNCHANGED)
        return LeftState(StateKind.TOO_BIG if snapshot is None else StateKind.SAVED, snapshot)


class Sessions:
    """The live sessions between two jobs, the longest idle first."""

    def __init__(self) -> None:
        self._idle: OrderedDict[str, tuple[Live, float]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._idle)

    def take(self, key: str) -> Live | None:
        live = self._idle.pop(key, None)
        return live[0] if live else None

    def keep(self, key: str, live: Live, now: float) -> Live | None:
        """Keep it; the one to end that was there before."""
        before = self.take(key)
        self._idle[key] = (live, now)
        return before

    def oldest(self) -> Live | None:
        """Give up the one that idles longest."""
        return self._idle.popitem(last=False)[1][0] if self._idle else None

    def idle_before(self, moment: float) -> list[Live]:
        """Give up those that idle since before `moment`."""
        keys = [key for key, (_, since) in self._idle.items() if since < moment]
        return [self._idle.pop(key)[0] for key in keys]
