"""A REPL that was forked from a template reaches neither the template, nor its siblings, nor the table they share."""

import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from orchestration.repl_job import ReplOutcome
from tests.security.attacks import ATTACKS
from tests.security.conftest import _below, _numbers_inside
from tests.security.tally import Tally
from tests.security.target import Target, Yard
from tests.support.sandbox import SECRET, Sandbox, open_folder

ROWS = 40_000
# Read first, so that the job is one that a template serves.
TOUCH = "inputs_df['prices']['n'].sum()\n"
ATTACKS_OF_SIBLINGS = [attack for attack in ATTACKS if not attack.needs and attack.plants is None]
_LIVES_ON = f"""{TOUCH}
with open("diary", "w") as diary: diary.write({SECRET!r})
import time
time.sleep(600)
"""


class Group:
    """The jobs of one group over one table, of which the first lives on with a secret."""

    def __init__(self, sandbox: Sandbox, table: Path) -> None:
        self.sandbox, self._table = sandbox, table
        self.neighbour = self.submit(_LIVES_ON, 600)

    def submit(self, code: str, timeout_s: float = 20) -> int:
        return self.sandbox.submit(code, inputs=[self._table], group="g", group_size=50, timeout_s=timeout_s)

    def run(self, code: str) -> ReplOutcome:
        return self.sandbox.outcome(self.submit(code))

    def yard(self) -> Yard:
        while True:
            processes = _below(self.sandbox.pid)
            diaries = [path for pid in processes if Path(path := f"/proc/{pid}/cwd/diary").exists()]
            if diaries:
                break
            time.sleep(0.05)
        jobs = next(self.sandbox.scratch_root.glob("run-*/jobs"))
        secrets = [str(path) for path in jobs.glob("**/*.csv")]
        return Yard([*processes, *_numbers_inside(processes)], diaries, secrets, str(self._table), str(jobs))


@pytest.fixture(scope="module")
def group() -> Iterator[Group]:
    with open_folder() as folder, Sandbox(folder) as sandbox:
        table = folder / "prices.csv"
        table.write_text("n,t\n" + "".join(f"{n},SECRET{n % 9}\n" for n in range(ROWS)))
        table.chmod(0o644)
        yield Group(sandbox, table)


def _table_is_whole(group: Group) -> bool:
    return group.run("int(inputs_df['prices']['n'].sum())").value == str(sum(range(ROWS)))


def test_no_attack_of_a_sibling_reaches_its_goal(group: Group, target: Target, tally: Tally) -> None:
    # given
    yard, before = group.yard(), target.state()
    names = target.names(group.sandbox.pid, yard)
    assert group.sandbox.stats()["templates"] == 1
    # when
    for attack in ATTACKS_OF_SIBLINGS:
        outcome = group.run(attack.script(names) + "\n" + TOUCH)
        # then
        reached = "REACHED" in outcome.stdout
        tally.note("cpython from a template", attack.family, reached=reached)
        assert not reached, attack
        assert target.state() == before, attack
        assert not group.sandbox._waiting[group.neighbour].done(), attack
    assert not target.was_called()
    assert not target.left_elsewhere()
    assert group.sandbox.stats()["templates"] == 1
    assert _table_is_whole(group)


# The whitelist keeps `ctypes` from code, which an attacker gets around.
_MODULES = """
import statistics
module = statistics.sys.modules["builtins"].__import__
ctypes, mmap, os = module("ctypes"), module("mmap"), module("os")
"""
WRITES = {
    "into the frame": "inputs_df['prices'].loc[:, 'n'] = 0",
    "into the column's memory": """
array = inputs_df['prices']['n'].to_numpy()
ctypes.memset(array.ctypes.data, 0, array.nbytes)
""",
    "into the pages of the text": """
buffer = inputs_df['prices']['t'].array.__arrow_array__().chunk(0).buffers()[2]
page = buffer.address // mmap.PAGESIZE * mmap.PAGESIZE
ctypes.CDLL(None).mprotect(ctypes.c_void_p(page), ctypes.c_size_t(mmap.PAGESIZE), 3)
ctypes.memset(page, 0, mmap.PAGESIZE)
""",
    "into every descriptor": """
for descriptor in range(4, 256):
    try:
        os.pwrite(descriptor, b'x' * 4096, 0)
    except OSError:
        pass
""",
}


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES.keys())
def test_what_a_sibling_writes_into_the_table_is_its_own_alone(group: Group, write: str) -> None:
    # when
    group.run(f"{TOUCH}{_MODULES}{write}")
    # then
    assert _table_is_whole(group)
    assert group.run("inputs_df['prices']['t'].value_counts().sum().item()").value == str(ROWS)
    assert group.run("inputs_df['prices']['t'].iloc[0]").value == "'SECRET0'"


def test_a_job_of_another_group_is_not_served_by_this_template(group: Group) -> None:
    # given a job that asks for a table that it was not given
    outcome = group.sandbox.run("inputs_df['prices']", group="other", group_size=50)
    assert not outcome.is_success
    assert "SECRET" not in f"{outcome.stdout}{outcome.stderr}{outcome.value}"


def _bomb(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", b"<Types>" + b" " * 200_000_000)
        archive.writestr("noise", bytes(range(256)) * 4000, zipfile.ZIP_STORED)


HOSTILE: dict[str, Callable[[Path], object]] = {
    "garbage.parquet": lambda path: path.write_bytes(b"PAR1" + bytes(range(256)) * 2000 + b"\xff\xff\xff\x7fPAR1"),
    "noise.parquet": lambda path: path.write_bytes(b"PAR1" + b"\x15" * 600_000 + b"\x00\x00\x08\x00PAR1"),
    "bomb.xlsx": _bomb,
    "wide.csv": lambda path: path.write_text((",".join(["1"] * 3000) + "\n") * 60),
    "deep.json": lambda path: path.write_text("[" * 300_000 + "]" * 300_000),
    "quotes.csv": lambda path: path.write_text('a,b\n"' + "x" * 600_000),
    "odd.csv": lambda path: path.write_bytes(b"a\n" + bytes(range(256)) * 2000),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_harms_its_loader_alone(group: Group, name: str) -> None:
    with open_folder() as folder:
        # given
        HOSTILE[name](folder / name)
        (folder / name).chmod(0o644)
        stem = name.partition(".")[0]
        # when
        outcome = group.sandbox.run(
            f"len(inputs_df[{stem!r}])",
            inputs=[folder / name],
            group=name,
            group_size=2,
            timeout_s=5,
            memory_bytes=2**28,
        )
        group.sandbox.end_group(name)
    # then
    assert outcome.is_success or outcome.error_kind is not None
    assert not group.sandbox._waiting[group.neighbour].done()
    assert _table_is_whole(group)
