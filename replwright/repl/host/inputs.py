"""A job's inputs and earlier artifacts, put into its REPL's own folder: hard links, or copies where links fail."""

import os
import re
import shutil
from pathlib import Path
from typing import Any

from orchestration.repl_job import EarlierResult, InputFile, ReplJob
from replwright.repl.host.scratch import make_folder
from replwright.repl.result import safe_name

_OTHERS_READ = 0o004
_PLAIN = re.compile(r"[\w\- ]{1,80}")


def hand_over(job: ReplJob, folder: Path, *, to_another_user: bool) -> dict[str, Any]:
    """Fill `folder`; the parts of the guest's message that say what lies where. Raises OSError for a missing file."""
    return {
        "inputs": [_give_input(one, position, folder, to_another_user) for position, one in enumerate(job.inputs)],
        "results": [_give_result(one, position, folder, to_another_user) for position, one in enumerate(job.results)],
    }


def _give_input(one: InputFile, position: int, folder: Path, to_another_user: bool) -> dict[str, str]:
    stem = one.name if _PLAIN.fullmatch(one.name) else f"input_{position}"
    file = f"{stem}.{safe_name(one.format)}"
    _give(one.path, folder / file, to_another_user)
    return {"name": one.name, "file": file, "format": one.format}


def _give_result(one: EarlierResult, position: int, folder: Path, to_another_user: bool) -> dict[str, Any]:
    artifacts = {}
    for number, (name, path) in enumerate(one.artifacts):
        own = folder / "results" / str(position) / str(number)
        for new in (folder / "results", folder / "results" / str(position), own):
            if not new.exists():
                make_folder(new, 0o755)
        _give(path, own / safe_name(name), to_another_user)
        artifacts[name] = str((own / safe_name(name)).relative_to(folder))
    return {
        "task_id": one.task_id,
        "stdout": one.stdout,
        "value": one.value,
        "value_json": one.value_json,
        "artifacts": artifacts,
    }


def _give(source: Path, target: Path, to_another_user: bool) -> None:
    """A hard link when its reader may read it and the file system allows; else a copy that everybody may read."""
    source = source.resolve(strict=True)
    if not to_another_user or source.stat().st_mode & _OTHERS_READ:
        try:
            os.link(source, target)
        except OSError:
            pass
        else:
            return
    shutil.copyfile(source, target)
    target.chmod(0o444)
