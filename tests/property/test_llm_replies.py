"""Any plan that a model can write as JSON arrives unchanged, and any other text raises nothing."""

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.records import Reply
from orchestration.tools import MessageToUser, Resume, SpawnREPL, TaskType, Tool
from replwright.llm.replies import parse_reply

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=60)
spawned = st.builds(
    SpawnREPL,
    task_id=texts,
    task_type=st.sampled_from(TaskType),
    code_to_execute=texts,
    context_data=texts,
    timeout_seconds=st.none() | st.integers(-(2**31), 2**31),
    repl=st.none() | st.text("abcXYZ019_-.", min_size=1, max_size=100),
)
tools = st.one_of(spawned, st.builds(MessageToUser, texts, st.none() | st.booleans()), st.just(Resume()))


def written(tool: Tool) -> dict[str, Any]:
    match tool:
        case SpawnREPL():
            return {
                "type": "spawn_repl",
                "task_id": tool.task_id,
                "task_type": tool.task_type.value,
                "context_data": tool.context_data,
                "code_to_execute": tool.code_to_execute,
                "timeout_seconds": tool.timeout_seconds,
                "repl": tool.repl,
            }
        case MessageToUser():
            return {"type": "message_to_user", "message": tool.message, "understood": tool.understood}
    return {"type": "resume"}


@settings(deadline=None)
@given(st.lists(tools, min_size=1, max_size=5), st.booleans(), st.sampled_from(["{}", "```json\n{}\n```", "So:\n{}"]))
def test_a_plan_arrives_unchanged(plan: list[Tool], ascii_only: bool, around: str) -> None:
    # given
    text = json.dumps([written(tool) for tool in plan], ensure_ascii=ascii_only)
    # when
    parsed = parse_reply(Reply(around.replace("{}", text), "m", "stop"))
    # then
    assert parsed.problems == ()
    assert parsed.tools == tuple(plan)


@settings(deadline=None)
@given(st.text(alphabet='[]{}",:\\`\n truefalsn0123456789type', max_size=80))
def test_any_other_text_is_refused_and_not_raised_on(raw: str) -> None:
    parsed = parse_reply(Reply(raw, "m", "stop"))
    assert parsed.problems or parsed.tools == ()


@settings(deadline=None)
@given(st.lists(tools, min_size=1, max_size=3), st.data())
def test_a_cut_plan_never_passes_for_a_shorter_one(plan: list[Tool], data: st.DataObject) -> None:
    # given
    text = json.dumps([written(tool) for tool in plan])
    # when
    parsed = parse_reply(Reply(text[: data.draw(st.integers(0, len(text) - 1))], "m", "stop"))
    # then
    assert parsed.tools == ()
    assert parsed.problems
