"""The errors of Replwright.

ReplwrightError
├── BadInput              what the caller gave cannot be taken; nothing was stored
│   └── Conflict          the same idempotency key came with another body
├── NotFound              no such orchestration
├── NewerRow              a newer release wrote it; this one leaves it alone
├── StillNeeded           a migration would take away what another release, which runs, works with
├── ServiceMissing        a database, broker, Ray or model cannot be reached, or is not set up
├── StepHeld              (in turn.py) the ledger went away while a step was ours; it is to be given back later
├── Fenced                somebody else owns this step or task by now; our work is dropped
├── ModelFailure          the model did not reply (`retryable` says whether another try may help)
├── ModelStopped          the call was cut off: the job was cancelled, or this process is leaving
├── SandboxUnavailable    this machine cannot confine code, so nothing runs
└── OrchestrationFailed   raised after the commit that ended a job badly, so that Flower shows a failure
"""

from enum import IntEnum
from typing import Any


class ExitCode(IntEnum):
    """What the command line returns to the shell."""

    ANSWERED = 0
    FAILED = 1
    BAD_INPUT = 2
    SERVICE_MISSING = 3


class ReplwrightError(Exception):
    """Something went wrong that its reader can act on: `what` happened, and the `remedy`. One line each."""

    exit_code = ExitCode.FAILED

    def __init__(self, what: str, remedy: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.remedy = remedy

    def __reduce__(self) -> tuple[Any, ...]:
        # Errors cross processes (Ray, prefork): all of it must arrive, whatever a subclass's constructor takes.
        return _restored, (type(self), self.args, self.__dict__)

    def __str__(self) -> str:
        return f"{self.what}; {self.remedy}" if self.remedy else self.what


def _restored(kind: type[ReplwrightError], args: tuple[Any, ...], state: dict[str, Any]) -> ReplwrightError:
    error = kind.__new__(kind, *args)
    error.__dict__.update(state)
    return error


class BadInput(ReplwrightError):
    """The input named by `field` cannot be taken. Nothing was stored."""

    exit_code = ExitCode.BAD_INPUT

    def __init__(self, field: str, what: str, remedy: str = "") -> None:
        super().__init__(f"{field}: {what}", remedy)
        self.field = field


class Conflict(BadInput):
    """The idempotency key was used before, with another body."""


class NotFound(ReplwrightError):
    """There is no orchestration with this id."""

    exit_code = ExitCode.BAD_INPUT


class NewerRow(ReplwrightError):
    """The orchestration was written by a newer release, whose rows this one does not know."""

    exit_code = ExitCode.BAD_INPUT


class StillNeeded(ReplwrightError):
    """Another release runs, and works with what a migration would take away. Nothing was applied."""


class ServiceMissing(ReplwrightError):
    """A service that is needed cannot be reached."""

    exit_code = ExitCode.SERVICE_MISSING


class Fenced(ReplwrightError):
    """Somebody else claimed this step or task after us, or it ended: what we did is dropped."""


class ModelFailure(ReplwrightError):
    """The model gave no usable reply. `retry_after_s` is what it asked for, if it did."""

    def __init__(self, what: str, *, retryable: bool, retry_after_s: float | None = None) -> None:
        super().__init__(what)
        self.retryable = retryable
        self.retry_after_s = retry_after_s


class ModelStopped(ReplwrightError):
    """The call of the model was cut off, since nobody waits for its reply here any more."""


class SandboxUnavailable(ReplwrightError):
    """This machine cannot confine untrusted code, so none is run."""

    exit_code = ExitCode.SERVICE_MISSING


class OrchestrationFailed(ReplwrightError):
    """The orchestration ended in failure, and that is committed."""
