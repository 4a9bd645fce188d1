"""Both engines in one host process, as a host has them."""

from collections.abc import Iterator

import pytest

from orchestration.states import EngineName
from tests.support.sandbox import Sandbox, open_folder


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    with open_folder() as folder, Sandbox(folder, engine="engines:both", rust_ready=2) as sandbox:
        yield sandbox


@pytest.fixture(params=[EngineName.CPYTHON, EngineName.RUST])
def engine(request: pytest.FixtureRequest) -> EngineName:
    chosen: EngineName = request.param
    return chosen
