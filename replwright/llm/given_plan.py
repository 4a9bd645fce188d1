"""A plan that a person wrote (`--plan FILE`, `exec`), or last night's, replayed turn by turn without a model."""

import json

from orchestration.errors import BadInput, ModelFailure
from orchestration.limits import MAX_ANSWER_CHARS, MAX_CONTEXT_BYTES
from orchestration.plan import PlanRules, problems_of
from orchestration.ports import Interrupt
from orchestration.records import ParsedPlan, Reply, Turn
from orchestration.state import fair_share, shorten
from orchestration.states import EngineName
from orchestration.tools import REPLResult, REPLState, SpawnREPL
from replwright.llm.choose import GIVEN_PLAN
from replwright.llm.hashing import request_hash
from replwright.llm.plan_json import Wrong, tool_of, turns_of

EXEC_TASK_ID = "exec"


def validate_plan_text(text: str) -> str:
    """The plan, as it is stored. Raises BadInput that names what is wrong and where (turn and tool count from 1)."""
    try:
        turns = turns_of(text)
        used: set[str] = set()
        for number, turn in enumerate(turns, start=1):
            tools = [tool_of(item, f"turn {number}, tool {at}") for at, item in enumerate(turn, start=1)]
            problems = problems_of(tools, PlanRules(used_task_ids=frozenset(used)))
            if problems:
                raise Wrong(f"turn {number}: {problems[0]}")
            spawned = {tool.task_id for tool in tools if isinstance(tool, SpawnREPL)}
            if not spawned and number < len(turns):
                raise Wrong(f"turn {number}: its message would end the job before turn {number + 1}")
            used |= spawned
    except Wrong as error:
        raise BadInput("plan", str(error), "correct the plan and submit it again") from None
    return json.dumps(turns)


def exec_plan(
    code: str,
    context_json: str = "null",
    timeout: int | None = None,
    engine: EngineName = EngineName.AUTO,
    repl: str | None = None,
) -> str:
    """The plan of `exec`: one task, whose output is the answer. Raises BadInput for context, timeout or no code.

    With `repl` it runs in the named REPL of its session; `exec --session` takes SESSION_REPL.
    Code that does not compile is no bad input: its task fails with the SyntaxError, as in any REPL.
    """
    if len(context_json.encode(errors="replace")) > MAX_CONTEXT_BYTES:
        raise BadInput("context", f"over {MAX_CONTEXT_BYTES} bytes", "pass large data as an input file")
    spawn: dict[str, object] = {
        "type": "spawn_repl",
        "task_id": EXEC_TASK_ID,
        "task_type": "Compute",
        "context_data": context_json,
        "code_to_execute": _compilable(code),
        "timeout_seconds": timeout,
        "repl": repl,
        "engine": engine.value,
    }
    return validate_plan_text(json.dumps([spawn, {"type": "resume"}]))


class GivenPlanModel:
    """Implements orchestration.ports.Model for turns that carry a plan: turn N of it is the reply of step N."""

    def request_hash(self, turn: Turn, state: REPLState) -> str:
        return request_hash(turn, state)

    def ask(self, turn: Turn, state: REPLState, interrupt: Interrupt) -> Reply:  # noqa: ARG002
        """The plan's next turn, or, after its last, what the tasks of the last batch put out. It takes no time."""
        try:
            turns = turns_of(turn.given_plan or "")
        except Wrong as error:
            raise ModelFailure(f"the given plan cannot be read: {error}", retryable=False) from None
        at = turn.claim.ordinal - 1
        if at < len(turns) and state.final_call is None:
            tools = turns[at]
        else:
            last = [item["task_id"] for item in turns[-1] if item.get("type") == "spawn_repl"] if turns else []
            answer = outputs_of([result for result in turn.results if result.task_id in last] or turn.results)
            tools = [{"type": "message_to_user", "message": answer}]
        return Reply(raw=json.dumps([tools]), model=GIVEN_PLAN, finish_reason="stop")

    def parse(self, reply: Reply) -> ParsedPlan:
        try:
            [turn] = turns_of(reply.raw)
            return ParsedPlan(tuple(tool_of(item, f"tool {at}") for at, item in enumerate(turn, start=1)))
        except ValueError as error:
            return ParsedPlan((), (str(error),))


def outputs_of(results: tuple[REPLResult, ...] | list[REPLResult]) -> str:
    """The tasks' outputs (stdout, else the value), in the order of the plan; failures are told, not hidden."""
    texts = [_output(result) for result in results]
    share = fair_share([len(text) for text in texts], MAX_ANSWER_CHARS - 2 * len(texts) - 1000)
    return "\n".join(shorten(text, share) for text in texts) or "the plan ended without a result"


def _output(result: REPLResult) -> str:
    output = result.stdout.rstrip("\n") or (result.value or "")
    if not result.is_success:
        kind = result.error_kind.value if result.error_kind else "failed"
        return f"{output}\ntask {result.task_id} failed ({kind}): {(result.stderr or '').strip()}".strip()
    return output or f"task {result.task_id} finished without output"


def _compilable(code: str) -> str:
    if not code.strip():
        raise BadInput("code", "empty", "give Python code")
    try:
        compile(code, "<repl>", "exec", dont_inherit=True)
    except SyntaxError as error:
        where = ("<repl>", error.lineno, error.offset, error.text)
        return f"raise SyntaxError({error.msg!r}, {where!r})"
    except (ValueError, RecursionError, MemoryError, OverflowError) as error:
        return f"raise SyntaxError({f'{type(error).__name__}: {error}'!r})"
    return code
