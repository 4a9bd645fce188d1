"""One job in one REPL that is its own: begin, hear it out, end, and say what it came to."""

import functools
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from orchestration.limits import TaskLimits
from orchestration.ports import Calls
from orchestration.repl_job import ReplJob, ReplOutcome
from orchestration.states import ErrorKind
from replwright.repl.host.berth import Berth
from replwright.repl.host.hearing import Heard
from replwright.repl.host.inputs import Needs
from replwright.repl.host.output import shared
from replwright.repl.host.repl import Ending, Repl

_ROOM_FOR_A_LINE = 200


async def run_alone(berth: Berth, job: ReplJob, calls: Calls | None, tables: Sequence[str] = ()) -> ReplOutcome:
    """Run `job` in a REPL that serves it alone. Raises OSError when a file of the job is not there, before it runs."""
    message = await message_of(berth, job, job.code, job.limits, functions=list(job.functions), tables=list(tables))
    berth.repl.begin(job.limits)
    heard = await berth.hearing(job.limits).hear(message, job.functions, calls)
    berth.repl.end(Ending.UNNEEDED)
    return outcome_of(heard, berth.repl, job.limits)


async def message_of(berth: Berth, needs: Needs, code: str, limits: TaskLimits, **changes: Any) -> dict[str, Any]:
    """The guest's message for `code`, once what it needs lies in the REPL's `in/`. Raises OSError."""
    return {
        "code": code,
        "context": needs.context_data,
        "limits": _as_dict(limits),
        "functions": [],
        "restore": None,
        "keep": False,
        "save": False,
        "replay": False,
        "tables": [],
        **await berth.give(needs),
        **changes,
    }


# Most jobs have the same limits.
_as_dict = functools.lru_cache(maxsize=64)(asdict)


def outcome_of(heard: Heard, repl: Repl, limits: TaskLimits) -> ReplOutcome:
    """What came of a run, with its output; a verdict's line is the last of stderr."""
    repl.out.finish()
    repl.err.finish()
    done, judged = heard.done, heard.judged
    kind = judged.kind if judged else done.error_kind if done else ErrorKind.CRASHED
    lines = [judged.line] if judged else []
    if heard.state is not None and heard.state.unsaved:
        lines.append(f"not saved with this REPL: {', '.join(heard.state.unsaved)}"[: _ROOM_FOR_A_LINE * 4])
    told = "".join(line + "\n" for line in lines)
    room = max(limits.output_bytes - (max(len(told), _ROOM_FOR_A_LINE) if told else 0), 0)
    stdout, stderr = shared(repl.out.kept, repl.err.kept, room)
    if told and stderr and not stderr.endswith("\n"):
        stderr += "\n"
    return ReplOutcome(
        is_success=kind is None,
        stdout=stdout,
        stderr=stderr + told or None,
        value=done.value if done else None,
        value_json=done.value_json if done else None,
        execution_time=done.seconds if done else heard.elapsed_s,
        error_kind=kind,
        outputs=tuple(heard.outputs),
        state=heard.state,
    )
