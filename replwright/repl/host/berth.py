"""A place for one REPL: its folder, its user, what to ask the zygote for; and the clean-up after it."""

import asyncio
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from orchestration.limits import TaskLimits
from replwright.repl.host.hearing import Hearing
from replwright.repl.host.inputs import Needs, hand_file, hand_over
from replwright.repl.host.removal import remove_tree
from replwright.repl.host.repl import Repl
from replwright.repl.host.scratch import Folders
from replwright.repl.host.zygote import Zygote


class Berth:
    """One REPL's place under an engine's folders, forked from `zygote` with the rlimits of `limits`."""

    repl: Repl

    def __init__(self, name: str, slot: int, uid: int, zygote: Zygote, folders: Folders, limits: TaskLimits) -> None:
        """`name` is that of its folder, which is made unless `clean` left it for another."""
        self.zygote, self.limits, self.slot, self.name = zygote, limits, slot, name
        self.ran_s = 0.0
        self._uid = zygote.uid if zygote.uid is not None else uid if zygote.own_uids else None
        self._folder = folders.jobs / zygote.folder / name
        self._used = False
        if not self._folder.exists():
            folders.make(str(Path(zygote.folder, name)), self._uid)

    def request(self, **more: Any) -> dict[str, Any]:
        """What the zygote has to know: the fields of confine.apply.Confined that it does not find out itself."""
        return {
            "folder": self.name,
            "uid": self._uid if self._uid is not None else -1,
            "memory_bytes": self.limits.memory_bytes,
            "timeout_s": self.limits.timeout_s,
            "scratch_bytes": self.limits.scratch_bytes,
            "scratch_files": self.limits.scratch_files,
            **more,
        }

    async def open(self, descriptors: Sequence[int] = (), **more: Any) -> Repl:
        """Fork the REPL, which gets one of `descriptors` as its 4; ours is closed. Raises ZygoteGone, OSError."""
        self.repl = await Repl.open(self.zygote, self.request(**more), descriptors)
        return self.repl

    @property
    def is_open(self) -> bool:
        """Whether there is a REPL, in whatever phase."""
        return hasattr(self, "repl")

    @property
    def usable(self) -> bool:
        """Whether its REPL waits for a job."""
        return self.repl.usable and not self.zygote.gone

    def suits(self, limits: TaskLimits) -> bool:
        """Whether a job with these limits may run here: the kernel's are fixed at birth."""
        return (
            self.limits.memory_bytes == limits.memory_bytes
            and self.limits.scratch_bytes == limits.scratch_bytes
            and self.limits.scratch_files == limits.scratch_files
            and self.limits.timeout_s >= limits.timeout_s
        )

    async def give(self, needs: Needs) -> dict[str, Any]:
        """Put what a job needs into `in/`, in the place of what an earlier one needed. Raises OSError."""
        inside = self._folder / "in"
        if self._used:
            await asyncio.to_thread(_empty, inside)
        self._used = bool(needs.inputs or needs.results)
        return await hand_over(needs, inside, to_another_user=self._uid is not None)

    async def give_file(self, source: Path, name: str) -> str:
        """Put one more file there. Raises OSError."""
        self._used = True
        await hand_file(source, self._folder / "in" / name, to_another_user=self._uid is not None)
        return name

    def hearing(self, limits: TaskLimits) -> Hearing:
        scratch = None if self.zygote.own_mounts else self._folder / "scratch"
        return Hearing(self.repl, limits, self.zygote.rss_bytes, scratch)

    async def clean(self) -> bool:
        """End the REPL, if somebody opened it. Whether its folder may serve another one; else it was removed.

        It may where the REPL never wrote there: making and removing folders costs more than a fork.
        """
        if self.is_open:
            await self.repl.close()
            if self.zygote.own_mounts and not self.zygote.folder:
                if self._used:
                    await asyncio.to_thread(_empty, self._folder / "in")
                return True
        await asyncio.to_thread(remove_tree, self._folder)
        return False


def _empty(folder: Path) -> None:
    for entry in os.scandir(folder):
        if entry.is_dir(follow_symlinks=False):
            remove_tree(Path(entry.path))
        else:
            os.unlink(entry.path)
