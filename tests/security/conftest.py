"""The sandboxes under attack: as root, as root without namespaces and as an ordinary user; or only as this user."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.support.sandbox import IS_ROOT, Sandbox, contained, open_folder, ordinary

MAKERS = {"root": Sandbox, "contained": contained, "ordinary": ordinary} if IS_ROOT else {"ordinary": ordinary}
USERS = tuple(MAKERS)


class Sandboxes:
    """One sandbox for each kind of user, started when first asked for."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self._folder, self._stack = folder, stack
        self._made: dict[str, Sandbox] = {}

    def of(self, user: str) -> Sandbox:
        if user not in self._made:
            folder = self._folder / user
            folder.mkdir(mode=0o755)
            self._made[user] = self._stack.enter_context(MAKERS[user](folder))
        return self._made[user]


@pytest.fixture(scope="session")
def sandboxes() -> Iterator[Sandboxes]:
    with open_folder() as folder, ExitStack() as stack:
        yield Sandboxes(folder, stack)


@pytest.fixture(params=USERS)
def sandbox(request: pytest.FixtureRequest, sandboxes: Sandboxes) -> Sandbox:
    """A sandbox of each kind in turn."""
    return sandboxes.of(request.param)
