"""A job's inputs and earlier artifacts, put into its REPL's own folder: hard links, or copies where links fail."""

import asyncio
import os
import re
import shutil
from pathlib import Path
from typing import Any, Protocol

from orchestration.repl_job import EarlierResult, InputFile
from replwright.repl.host.scratch import make_folder
from replwright.repl.result import safe_name

_OTHERS_READ = 0o004
_PLAIN = re.compile(r"[\w\- ]{1,80}")


class Needs(Protocol):
    """What a run finds in its REPL: a ReplJob, or a Replay."""

    @property
    def context_data(self) -> str: ...
    @property
    def inputs(self) -> tuple[InputFile, ...]: ...
    @property
    def results(self) -> tuple[EarlierResult, ...]: ...


async def hand_over(needs: Needs, folder: Path, *, to_another_user: bool) -> dict[str, Any]:
    """Fill `folder`; the parts of the guest's message that say what lies where. Raises OSError for a missing file."""
    given = _Given(to_another_user)
    told = {
        "inputs": [_give_input(one, position, folder, given) for position, one in enumerate(needs.inputs)],
        "results": [_give_result(one, position, folder, given) for position, one in enumerate(needs.results)],
    }
    await given.complete()
    return told


async def hand_file(source: Path, target: Path, *, to_another_user: bool) -> None:
    """Hand over one file. Raises OSError when it is not there."""
    given = _Given(to_another_user)
    given.add(source, target)
    await given.complete()


class _Given:
    """Files on their way: hard links at once, for they cost nothing; copies, where links fail, in a thread."""

    def __init__(self, to_another_user: bool) -> None:
        self._to_another_user = to_another_user
        self._to_copy: list[tuple[str, Path]] = []

    def add(self, source: Path, target: Path) -> None:
        """A hard link when its reader may read it and the file system allows; else a copy that everybody may read."""
        real = os.path.realpath(source, strict=True)
        if not self._to_another_user or os.stat(real).st_mode & _OTHERS_READ:
            try:
                os.link(real, target)
            except OSError:
                pass
            else:
                return
        self._to_copy.append((real, target))

    async def complete(self) -> None:
        if self._to_copy:
            await asyncio.to_thread(self._copy)

    def _copy(self) -> None:
        for source, target in self._to_copy:
            shutil.copyfile(source, target)
            target.chmod(0o444)


def _give_input(one: InputFile, position: int, folder: Path, given: _Given) -> dict[str, str]:
    stem = one.name if _PLAIN.fullmatch(one.name) else f"input_{position}"
    file = f"{stem}.{safe_name(one.format)}"
    given.add(one.path, folder / file)
    return {"name": one.name, "file": file, "format": one.format}


def _give_result(one: EarlierResult, position: int, folder: Path, given: _Given) -> dict[str, Any]:
    artifacts = {}
    for number, (name, path) in enumerate(one.artifacts):
        own = folder / "results" / str(position) / str(number)
        for new in (folder / "results", folder / "results" / str(position), own):
            if not new.exists():
                make_folder(new, 0o755)
        given.add(path, own / safe_name(name))
        artifacts[name] = str((own / safe_name(name)).relative_to(folder))
    return {
        "task_id": one.task_id,
        "stdout": one.stdout,
        "value": one.value,
        "value_json": one.value_json,
        "artifacts": artifacts,
    }
