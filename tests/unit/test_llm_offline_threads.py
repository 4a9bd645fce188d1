"""The offline model answers in threads: what is shared between them must bear it."""

from concurrent.futures import ThreadPoolExecutor

from replwright.llm.offline.helpers import helpers_for


def test_helpers_are_found_for_many_questions_at_once() -> None:
    body = "x = [f(a) for a in range(3)]\n" * 100
    with ThreadPoolExecutor(8) as threads:
        assert set(threads.map(helpers_for, [body] * 200)) == {""}
