"""Snapshots of a namespace: saved in one process of the guest's Python, loaded in another."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.guest_snapshots import GuestSnapshots
from tests.support.namespaces import NAMESPACES


@pytest.fixture(scope="module")
def guest(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GuestSnapshots]:
    with GuestSnapshots(tmp_path_factory.mktemp("snapshots")) as guest:
        yield guest


@pytest.mark.parametrize("name", NAMESPACES)
def test_what_was_there_is_there_again(guest: GuestSnapshots, name: str) -> None:
    build, check = NAMESPACES[name]

    said = guest.carry(build, check)

    assert said["saved"]["unsaved"] == []


def test_random_numbers_go_on_where_they_were(guest: GuestSnapshots) -> None:
    build = "import random, numpy as np\nrandom.seed(1)\nnp.random.seed(2)\n"
    build += "a, b = random.Random(3), np.random.default_rng(4)"
    draw = "told = [random.random(), float(np.random.rand()), a.random(), float(b.random())]"

    said = guest.carry(build, draw, after=draw)

    assert said["loaded"]["told"] == said["saved"]["told"]


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("x = open('/dev/null')", "x (an open file)"),
        ("x = open('/dev/null', 'rb')", "x (an open file)"),
        ("x = (i for i in 'ab')", "x (a generator)"),
        ("import threading\nx = threading.Lock()", "x (a lock)"),
        ("import re\nx = re.match('a', 'a')", "x (a match of a regular expression)"),
        ("x = {'deep': [(i for i in 'ab')]}", "x (it holds a generator)"),
        ("x = []\nfor _ in range(10**5): x = [x]", "x (it is nested too deeply)"),
        ("class E(Exception):\n    def __init__(self, a, b): super().__init__(a)\nx = E(1, 2)", "x (TypeError:"),
        (
            "class E:\n    def __getattr__(self, n): return self.a\nx = E()\nx.__dict__['b'] = 1",
            "x (it is nested too deeply)",
        ),
    ],
)
def test_what_cannot_be_saved_is_named_and_costs_nothing_else(guest: GuestSnapshots, code: str, reason: str) -> None:
    around = "before = [1]\nalso = before\n" + code + "\ndef uses_it(): return x\nafter = {'a': before}"

    said = guest.carry(around, "assert also is before and after['a'] is before and 'x' not in globals() and uses_it")

    assert len(said["saved"]["unsaved"]) == 1
    assert said["saved"]["unsaved"][0].startswith(reason)


_HOSTILE = {
    "raises": "raise ValueError('no')",
    "raises without mercy": "raise BaseException",
    "exits": "sys.exit(0)",
    "interrupts": "raise KeyboardInterrupt",
    "prints": "print('x' * 10**6); return (list, ())",
    "never ends": "forever()",
    "never ends and catches all that it can": "return stubborn()",
    "gives nonsense": "return 7",
    "gives what cannot be made": "return (int, ('x',))",
    "gives what exits when it is made": "return (sys.exit, (1,))",
    "gives what never ends when it is made": "return (forever, ())",
    "changes the namespace": "globals()['before'] = open('/dev/null'); globals()['new'] = 1; return (list, ())",
    "raises the limit of recursion": "sys.setrecursionlimit(10**8); return (list, ())",
    "gives another each time": "globals()['n'] = globals().get('n', 0) + 1; return (int, ('x' if n % 2 else '1',))",
}
_AROUND = """
import sys
def forever():
    while True: pass
def stubborn():
    while True:
        try: forever()
        except Exception: pass
before = [1]
class H:
    def __reduce__(self): {}
x = H()
after = 2
"""


@pytest.mark.parametrize("deed", _HOSTILE)
def test_a_hostile_object_costs_itself_alone(guest: GuestSnapshots, deed: str) -> None:
    check, after = "assert after == 2 and before == [1] and H", "told = sys.getrecursionlimit()"

    said = guest.carry(_AROUND.format(_HOSTILE[deed]), check, after=after, seconds=2.0)

    assert said["saved"]["told"] == 1000
    assert not [one for one in said["saved"]["unsaved"] if not one.startswith("x (")]


def test_a_namespace_over_the_limit_is_told_so_and_never_built(guest: GuestSnapshots) -> None:
    limited = "import resource\nx = [bytes(10**6) + str(i).encode() for i in range(200)]\n"
    limited += "size = int(open('/proc/self/statm').read().split()[0]) * 4096\n"
    limited += "resource.setrlimit(resource.RLIMIT_AS, (size + 40 * 10**6, size + 40 * 10**6))"

    assert guest.carry(limited, limit=64 * 1024**2)["saved"]["size"] is None
    assert guest.carry("x = bytes(1001)", limit=1000)["saved"] == {"size": None, "unsaved": [], "told": None}


def test_memory_that_runs_out_means_too_big(guest: GuestSnapshots) -> None:
    build = "class H:\n    def __reduce__(self): raise MemoryError\nx = H()"

    assert guest.carry(build)["saved"] == {"size": None, "unsaved": [], "told": None}


def test_a_piece_of_a_big_table_costs_what_the_piece_holds(guest: GuestSnapshots) -> None:
    build = (
        "import pandas as pd\nbig = pd.DataFrame({'t': [str(i) * 40 for i in range(10**5)]})\nx = big.head(10)\ndel big"
    )

    said = guest.carry(build, "assert x['t'].tolist() == [str(i) * 40 for i in range(10)]")

    assert said["saved"]["size"] < 50_000


def test_at_most_fifty_are_named_each_in_bounded_text(guest: GuestSnapshots) -> None:
    build = "for i in range(80): globals()['v%d' % i] = open('/dev/null')\n"
    build += "class E:\n    def __reduce__(self): raise ValueError('\\x00\\ud800' + 'x' * 10**6)\n"
    build += "globals()['y' * 10**5] = E()"

    unsaved = guest.carry(build)["saved"]["unsaved"]

    assert len(unsaved) == 50
    assert unsaved[-1] == "and 32 more"
    assert max(map(len, unsaved)) < 400


def test_the_jobs_own_names_are_the_next_jobs(guest: GuestSnapshots) -> None:
    build = "mine = context\ncontext['of'] = 'the job before'\ninputs['a'] = 1"

    guest.carry(build, "assert context == {'of': 'this job'} and inputs == {} and mine == {'of': 'the job before'}")


def test_a_snapshot_of_another_python_is_refused(guest: GuestSnapshots) -> None:
    guest.carry("x = 1")
    head, _, rest = (guest.keep / "snapshot").read_bytes().partition(b"\n")
    changed = guest.keep / "changed"
    facts = json.loads(head)

    for change, said in (
        ({"python": [3, 9]}, "made with Python 3.9"),
        ({"engine": "rust"}, "another kind"),
        ({"version": 99}, "another kind"),
    ):
        changed.write_bytes(json.dumps(facts | change).encode() + b"\n" + rest)
        assert said in guest.carry("", saved=changed)["loaded"]["unrestorable"]


@pytest.mark.parametrize("damage", [b"", b"\n", b"{}\n", b"[1]\nx", b"not a snapshot\n", b"\xff" * 5000])
def test_a_damaged_snapshot_is_refused(guest: GuestSnapshots, damage: bytes) -> None:
    path = guest.keep / "damaged"
    path.write_bytes(damage)

    assert "damaged" in guest.carry("", saved=path)["loaded"]["unrestorable"]


def test_a_snapshot_that_breaks_off_leaves_nothing_behind(guest: GuestSnapshots) -> None:
    guest.carry("a = 1\nb = [1]\nc = 'x' * 1000")
    whole = (guest.keep / "snapshot").read_bytes()
    path: Path = guest.keep / "short"
    path.write_bytes(whole[:-200])

    said = guest.carry("", saved=path)["loaded"]

    assert "cannot be loaded" in said["unrestorable"]
    assert said["left"] == []


def test_a_package_that_is_missing_is_named(guest: GuestSnapshots) -> None:
    said = guest.carry("import pandas as pd\nx = pd.Series([1])", without=("pandas",))

    assert "needs pandas" in said["loaded"]["unrestorable"]


def test_without_cloudpickle_functions_and_data_are_saved_and_classes_named(guest: GuestSnapshots) -> None:
    build = "import sys\nsys.modules['cloudpickle'] = None\nn = 1\ndef f(): return n\nclass C: pass\nc = C()\nd = [f]"

    said = guest.carry(build, "n = 5\nassert f() == 5 and d[0] is f")

    assert [one.split(" ")[0] for one in said["saved"]["unsaved"]] == ["C", "c"]
    assert "cloudpickle is not installed" in said["saved"]["unsaved"][0]


def test_saving_leaves_the_live_namespace_as_it_was(guest: GuestSnapshots) -> None:
    build = "class A:\n    def f(self): return n\na = A()\nn = 1\nm = A.f\nx = open('/dev/null')"

    guest.carry(
        build, after="assert type(a) is A and A.f is m and a.f() == 1 and not x.closed\nn = 2\nassert a.f() == 2"
    )
