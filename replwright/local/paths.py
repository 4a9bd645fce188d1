"""Where everything local lives: under REPLWRIGHT_HOME, and nothing elsewhere but a short folder for sockets."""

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from orchestration.errors import ServiceMissing
from replwright.local.files import disk_full, explain, private_folder, write_private

# A Unix socket's path has at most 107 characters, and Ray appends 67 of its own.
MAX_SHORT_CHARS = 38
NEEDED_NEW_BYTES = 250 * 1024**2
NEEDED_AGAIN_BYTES = 50 * 1024**2


@dataclass(frozen=True, slots=True)
class Layout:
    """The folders and files of one home. `short` holds the sockets of PostgreSQL and the sessions of Ray."""

    home: Path
    short: Path

    @property
    def run(self) -> Path:
        return self.home / "run"

    @property
    def logs(self) -> Path:
        return self.home / "logs"

    @property
    def postgres(self) -> Path:
        return self.home / "pg"

    @property
    def valkey(self) -> Path:
        return self.home / "valkey"

    @property
    def sockets(self) -> Path:
        return self.short / "s"

    @property
    def ray(self) -> Path:
        return self.short / "r"

    @property
    def schema_mark(self) -> Path:
        return self.postgres / "schema"

    @property
    def state(self) -> Path:
        return self.run / "stack.json"

    @property
    def lock(self) -> Path:
        return self.run / "lock"

    @property
    def lease(self) -> Path:
        return self.run / "lease"

    def log(self, service: str) -> Path:
        return self.logs / f"{service}.log"


def lock_path(home: Path) -> Path:
    return home.absolute() / "run" / "lock"


def state_path(home: Path) -> Path:
    return home.absolute() / "run" / "stack.json"


def lease_path(home: Path) -> Path:
    return home.absolute() / "run" / "lease"


def prepare_run(home: Path) -> None:
    """The private folders that a start needs first. Raises ServiceMissing when they cannot be made."""
    home = home.absolute()
    try:
        # A home that was there before keeps its mode: it may be more than ours.
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        for folder in (home / "run", home / "logs"):
            private_folder(folder)
        with tempfile.TemporaryFile(dir=home / "run") as probe:
            probe.write(b"writable")
    except OSError as error:
        raise explain(error, home) from None
    known = (home / "pg" / "data").exists()
    if shutil.disk_usage(home).free < (NEEDED_AGAIN_BYTES if known else NEEDED_NEW_BYTES):
        raise disk_full(home)


def prepare(home: Path) -> Layout:
    """Make the folders of the services. The caller holds the lock of the home."""
    home = home.absolute()
    try:
        layout = Layout(home, _short_folder(home))
        shutil.rmtree(layout.ray, ignore_errors=True)  # sessions of a stack that was killed
        for folder in (layout.postgres, layout.valkey, layout.sockets, layout.ray, home / "blobs"):
            private_folder(folder)
    except OSError as error:
        raise explain(error, home) from None
    return layout


def clear(home: Path, *, keep_state: bool = False) -> None:
    """Remove what only a running stack needs. The caller holds the lock, and nothing of the stack runs.

    The state of a stack that failed is kept: it says why.
    """
    home = home.absolute()
    for folder in ("s", "r"):
        shutil.rmtree(home / "run" / folder, ignore_errors=True)
    if (short := _recorded(home)) is not None:
        shutil.rmtree(short, ignore_errors=True)
        (home / "run" / "short").unlink(missing_ok=True)
    for leftover in ("valkey.conf", "keep", *(() if keep_state else ("stack.json",))):
        (home / "run" / leftover).unlink(missing_ok=True)


def _short_folder(home: Path) -> Path:
    if len(str(home / "run")) <= MAX_SHORT_CHARS:
        return home / "run"
    if (recorded := _recorded(home)) is not None:
        return recorded
    for parent in (tempfile.gettempdir(), "/tmp"):  # noqa: S108 - mkdtemp makes a private folder there
        if len(parent) + 12 <= MAX_SHORT_CHARS:
            short = Path(tempfile.mkdtemp(prefix="rw-", dir=parent))
            write_private(home / "run" / "short", str(short))
            return short
    raise ServiceMissing(
        f"{home} is too long for sockets, and so is the temporary folder", "set REPLWRIGHT_HOME to a shorter path"
    )


def _recorded(home: Path) -> Path | None:
    """The folder that an earlier start made, if it still is ours alone."""
    try:
        short = Path((home / "run" / "short").read_text())
        status = short.lstat()
    except OSError:
        return None
    ours = short.is_dir() and not short.is_symlink() and short.name.startswith("rw-")
    return short if ours and status.st_uid == home.stat().st_uid and not status.st_mode & 0o077 else None
