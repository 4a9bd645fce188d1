"""LiveREPL: a REPL on one host for as long as both live. Nothing of it is committed, so a call costs little."""

from types import TracebackType
from typing import Any, Self, cast

from orchestration.limits import TaskLimits
from orchestration.repl_job import ReplJob, ReplOutcome
from replwright.repl.pool.calls import get, packed


class LiveREPL:
    """Variables are kept between calls; calls take turns. Lost with its host or evicted, it answers `state_lost`."""

    def __init__(self, host: Any, key: str) -> None:
        self._host, self._key = host, key

    def execute(self, code: str, timeout: float = 30) -> ReplOutcome:
        """Run code; `timeout` is seconds of running. Raises BadInput, ServiceMissing."""
        return self.run(ReplJob(code, limits=TaskLimits().with_timeout(timeout)))

    def run(self, job: ReplJob) -> ReplOutcome:
        """Run a prepared job. Raises ServiceMissing when the host died: the code may have run."""
        return cast(ReplOutcome, get([self.send(job)])[0])

    def send(self, job: ReplJob) -> Any:
        """The same as a Ray reference, for calls.get."""
        return self._host.execute_live.remote(packed(job), self._key)

    def close(self) -> None:
        """End it. Raises ServiceMissing when the host died, and the REPL with it."""
        get([self.end()])

    def end(self) -> Any:
        """The same as a Ray reference."""
        return self._host.close_live.remote(self._key)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.close()
