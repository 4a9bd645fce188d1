"""Bring a fresh REPL to the state that a job starts from: load the snapshot inside it, run again what came after."""

from dataclasses import replace
from typing import Any

from orchestration.limits import TaskLimits
from orchestration.repl_job import LeftState, NamedState, Replay, ReplJob, ReplOutcome
from orchestration.states import ErrorKind, StateKind
from replwright.repl.host import verdict
from replwright.repl.host.berth import Berth
from replwright.repl.host.hearing import Heard
from replwright.repl.host.run import message_of

_LOAD_S = 60.0
# With more time or more memory the same may well succeed, and of a dead zygote it says nothing: not lost.
_MAY_PASS = frozenset({ErrorKind.TIMED_OUT, ErrorKind.OUT_OF_MEMORY})


async def restore(berth: Berth, job: ReplJob, named: NamedState) -> ReplOutcome | None:
    """None once the state is there; else the outcome of the whole job. Raises OSError when a file is not there."""
    if named.version and named.snapshot is None and not named.replay:
        return _failed(verdict.state_lost("it was never saved"))
    if named.snapshot is not None:
        limits = replace(job.limits, timeout_s=_LOAD_S, wall_s=_LOAD_S)
        nothing = Replay("", succeeded=True)
        names = list(job.functions)
        message = await message_of(berth, nothing, "", limits, functions=names, keep=True, replay=True)
        message["restore"] = await berth.give_file(named.snapshot, "snapshot")
        if failed := _judge(await _step(berth, limits, message), berth, succeeded=True):
            return failed
    for replay in named.replay:
        message = await message_of(berth, replay, replay.code, job.limits, keep=True, replay=True)
        if failed := _judge(await _step(berth, job.limits, message), berth, succeeded=replay.succeeded):
            return failed
    return None


async def _step(berth: Berth, limits: TaskLimits, message: dict[str, Any]) -> Heard:
    berth.repl.begin(limits)
    heard = await berth.hearing(limits).hear(message)
    if heard.done is not None:
        berth.repl.rest()
    return heard


def _judge(heard: Heard, berth: Berth, *, succeeded: bool) -> ReplOutcome | None:
    """None when the step came out as it was to. What it printed, returned and left in outputs/ is thrown away."""
    done, judged = heard.done, heard.judged
    if judged is not None and succeeded and (judged.kind in _MAY_PASS or berth.zygote.gone):
        line = f"while the state of this REPL was restored: {judged.line}"
        return _failed(replace(judged, line=line), StateKind.UNCHANGED)
    if done is None:
        return _failed(verdict.state_lost(judged.line if judged else "its process ended"))
    if done.error_kind is ErrorKind.STATE_LOST:
        return _failed(verdict.state_lost(done.value or "its snapshot cannot be loaded"))
    if (done.error_kind is None) != succeeded:
        was, came = ("succeeded", "failed") if succeeded else ("failed", "succeeded")
        return _failed(verdict.state_lost(f"a run that had {was} {came} when it was run again"))
    return None


def _failed(judged: verdict.Verdict, state: StateKind = StateKind.LOST) -> ReplOutcome:
    return ReplOutcome(is_success=False, stderr=judged.line + "\n", error_kind=judged.kind, state=LeftState(state))
