"""What the attacks are after, and how to see whether it was touched."""

import contextlib
import socket
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.support.sandbox import CHECKOUT, SECRET, open_folder


@dataclass(frozen=True)
class Yard:
    """Whoever lives beside the attack: processes, scratch files and inputs, and where the host keeps those."""

    processes: Sequence[int]
    diaries: Sequence[str]
    secrets: Sequence[str]
    stored: str
    jobs: str

    def names(self) -> str:
        return (
            f"NEIGHBOURS = {list(self.processes)}\nDIARIES = {list(self.diaries)}\nSECRETS = {list(self.secrets)}\n"
            f"STORED = {self.stored!r}\nJOBS = {self.jobs!r}\n"
        )


def yard_outside(folder: Path, pid: int) -> Yard:
    """A yard for attacks outside, where `pid` stands for the neighbour."""
    scratch, inside = folder / "1" / "scratch", folder / "1" / "in"
    for each, file in ((scratch, "diary"), (inside, "secret.csv")):
        each.mkdir(parents=True)
        (each / file).write_text(SECRET)
    secret = str(inside / "secret.csv")
    return Yard([pid], [str(scratch / "diary")], [secret], secret, str(folder))


@dataclass(frozen=True)
class Target:
    """A folder with a canary, and sockets that listen."""

    folder: Path
    sockets: Sequence[socket.socket]

    def names(self, host: int, yard: Yard) -> str:
        paths = {"CANARY": self.folder / "canary", "FOLDER": self.folder, "UNIX": self.folder / "unix"}
        text = "".join(f"{name} = {str(path)!r}\n" for name, path in paths.items())
        ours = str(CHECKOUT / "replwright" / "settings.py")
        port, abstract = self.sockets[0].getsockname()[1], self.sockets[2].getsockname()
        return f"{text}OURS = {ours!r}\nPORT = {port}\nABSTRACT = {abstract!r}\nHOST = {host}\n{yard.names()}"

    def state(self) -> object:
        facts = {path.name: path.lstat() for path in self.folder.iterdir()}
        kept = {name: (fact.st_mode, fact.st_uid, fact.st_size, fact.st_mtime_ns) for name, fact in facts.items()}
        return kept, (self.folder / "canary").read_text()

    def was_called(self) -> bool:
        for one in self.sockets:
            with contextlib.suppress(BlockingIOError):
                one.accept()[0].close()
                return True
        return False

    def left_elsewhere(self) -> list[Path]:
        return [path for path in (Path("/tmp", self.folder.name), Path("/dev/shm", self.folder.name)) if path.exists()]


@contextlib.contextmanager
def make_target() -> Iterator[Target]:
    with (
        open_folder() as outer,
        socket.create_server(("127.0.0.1", 0)) as tcp,
        socket.socket(socket.AF_UNIX) as unix,
        socket.socket(socket.AF_UNIX) as abstract,
    ):
        folder = outer / f"target-of-{outer.name}"
        folder.mkdir()
        (folder / "canary").write_text(f"{SECRET}\n")
        (folder / "planted.py").write_text("GOAL = True")
        unix.bind(str(folder / "unix"))
        abstract.bind(f"\0{outer.name}")
        (folder / "unix").chmod(0o777)
        for one in (tcp, unix, abstract):
            one.setblocking(False)
            one.listen()
        target = Target(folder, (tcp, unix, abstract))
        yield target
        for path in target.left_elsewhere():
            path.unlink()
