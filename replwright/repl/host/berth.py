"""A place for one REPL: its folder, its user, what to ask the zygote for; and the clean-up after it."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

from orchestration.limits import TaskLimits
from replwright.repl.host.removal import remove_tree
from replwright.repl.host.repl import Repl
from replwright.repl.host.scratch import Folders
from replwright.repl.host.zygote import Zygote


class Berth:
    """One REPL's place under an engine's folders. `repl` is who lies there, once somebody does."""

    def __init__(self, name: str, uid: int, zygote: Zygote, folders: Folders) -> None:
        self.uid = uid if zygote.own_uids else None
        self.folder = folders.jobs / name
        self.repl: Repl | None = None
        self._name, self._zygote, self._folders = name, zygote, folders

    def make(self) -> None:
        """Make its folder."""
        self._folders.make(self._name, self.uid)

    @property
    def scratch_to_watch(self) -> Path | None:
        """The scratch folder, where no file system of its own bounds it."""
        return None if self._zygote.own_mounts else self.folder / "scratch"

    def request(self, limits: TaskLimits) -> dict[str, Any]:
        """What the zygote has to know: the fields of confine.apply.Confined that it does not find out itself."""
        return {
            "folder": self._name,
            "uid": self.uid if self.uid is not None else -1,
            "memory_bytes": limits.memory_bytes,
            "timeout_s": limits.timeout_s,
            "scratch_bytes": limits.scratch_bytes,
            "scratch_files": limits.scratch_files,
        }

    async def clean(self, freed: Callable[[], None]) -> None:
        """End the REPL, remove the folder, then call `freed`."""
        try:
            if self.repl is not None:
                await self.repl.close()
            await asyncio.to_thread(remove_tree, self.folder)
        finally:
            freed()
