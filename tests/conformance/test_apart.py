"""Jobs side by side and one after the other: none sees another's state, whoever ran before it."""

import pytest

from orchestration.states import EngineName
from tests.support.sandbox import Sandbox


def test_jobs_at_once_keep_to_themselves(sandbox: Sandbox, engine: EngineName) -> None:
    numbers = [
        sandbox.submit(f"x = {n}\nprint(x)\ncontext + x", context=n, engine=engine, group=f"g{n % 3}")
        for n in range(24)
    ]

    outcomes = [sandbox.outcome(number) for number in numbers]

    assert [one.stdout for one in outcomes] == [f"{n}\n" for n in range(24)]
    assert [one.value for one in outcomes] == [str(2 * n) for n in range(24)]


@pytest.mark.parametrize("group", [None, "same"])
def test_nothing_is_left_for_the_next_job(sandbox: Sandbox, engine: EngineName, group: str | None) -> None:
    sandbox.run("import json\nleft = 'here'\njson.left = 1\nprint = None", engine=engine, group=group)
    sandbox.run("import random\nrandom.seed(5)", engine=engine, group=group)

    outcome = sandbox.run("try:\n    left\nexcept NameError:\n    print('gone')", engine=engine, group=group)
    draws = {
        sandbox.run("import random\nrandom.random()", engine=engine, group=group).value,
        sandbox.run("import random\nrandom.random()", engine=engine, group=group).value,
    }

    assert outcome.stdout == "gone\n", outcome.stderr
    assert len(draws) == 2


def test_workers_of_a_group_are_given_back_with_it(sandbox: Sandbox) -> None:
    sandbox.run("1", engine=EngineName.RUST, group="ending")
    before = sandbox.stats()

    sandbox.end_group("ending")

    assert sandbox.stats()["rust_groups"] == before["rust_groups"] - 1
