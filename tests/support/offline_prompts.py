"""Ask the offline model through prompts of the ordinary form, and run what it spawns, until it answers."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from orchestration.tools import REPLResult
from replwright.llm.offline.plans import tools_for
from replwright.llm.offline.prompt import prompt_of
from tests.support.plain_repl import Earlier, RunCode, run_plainly

MAX_TURNS = 5


@dataclass(frozen=True, slots=True)
class Answered:
    """`printed` holds what each task printed, as JSON values, by task id, in the order of the plan."""

    message: str
    understood: bool | None
    printed: Mapping[str, dict[str, Any]]
    codes: Mapping[str, str]
    turns: int


def messages_of(
    question: str,
    profiles: Sequence[Mapping[str, Any]],
    results: Sequence[REPLResult] = (),
    plan_errors: Sequence[str] = (),
    final_call: str | None = None,
) -> list[dict[str, Any]]:
    """The messages of a request, with sections as the BAML prompt renders them."""
    state = {
        "completed_results": [
            {
                "task_id": result.task_id,
                "is_success": result.is_success,
                "stdout": result.stdout,
                "stderr": result.stderr,
                "error_kind": result.error_kind,
                "value": result.value,
            }
            for result in results
        ],
        "inputs": list(profiles),
        "plan_errors": list(plan_errors),
        "final_call": final_call,
    }
    query = {"message": question, "timestamp": 1}
    data = [json.dumps(part, ensure_ascii=False).replace("<", "\\u003c") for part in (state, query)]
    content = f"<state>\n{data[0]}\n</state>\n<query>\n{data[1]}\n</query>"
    return [{"role": "system", "content": "instructions"}, {"role": "user", "content": content}]


def ask(
    question: str,
    profiles: Sequence[Mapping[str, Any]],
    tables: Mapping[str, Any] | None = None,
    run_code: RunCode = run_plainly,
) -> Answered:
    """The answer to the question, after as many turns as it takes."""
    results: list[REPLResult] = []
    earlier: dict[str, Earlier] = {}
    codes: dict[str, str] = {}
    for turn in range(1, MAX_TURNS + 1):
        tools = tools_for(prompt_of(messages_of(question, profiles, results)))
        spawns = [tool for tool in tools if tool["type"] == "spawn_repl"]
        if not spawns:
            printed = {result.task_id: json.loads(result.stdout) for result in results if result.is_success}
            [message] = tools
            return Answered(message["message"], message.get("understood"), printed, codes, turn)
        assert tools[-1] == {"type": "resume"}
        for spawn in spawns:
            codes[spawn["task_id"]] = spawn["code_to_execute"]
            ran = run_code(spawn["task_id"], spawn["code_to_execute"], tables or {}, earlier)
            results.append(ran[0])
            earlier[spawn["task_id"]] = ran[1]
    raise AssertionError(f"no answer within {MAX_TURNS} turns")
