"""Each kind of user gets every wall that its machine has, in order, and each wall alone is seen to stand."""

import re
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.security.attack import PRELUDE
from tests.support.sandbox import IS_ROOT
from tests.support.walls import BWRAP, bwrap_works, has_user_namespaces, observe

OWN_VIEW = ["mounts", "network namespace", "IPC namespace", "UTS namespace"]
ALWAYS = ["no capabilities", "Landlock", "seccomp", "limits"]
MAKE = "made = 0\ntry:\n    for made in range({}): {}\nexcept OSError: pass\nmade"
MANY_FILES = PRELUDE + MAKE.format(20_000, "os.mkdir(f'folder{made}')")
MUCH = PRELUDE + MAKE.format(64, "open(f'file{made}', 'wb').write(bytes(2**20))")
DRAW = "import random\nrandom.random()"
LOOK = PRELUDE + "found = []\nfor path in ('/', '/home', '/repl', '/repl/in', '/proc', '/sys', '/etc', '/root'):\n"
LOOK += "    try: found += os.listdir(path)\n    except OSError: pass\nfound"


@dataclass(frozen=True)
class Kind:
    """A kind of host, and the walls that it must have."""

    asked: dict[str, Any]
    walls: list[str]
    namespaces: list[str] = field(default_factory=list)


def _kinds() -> dict[str, Kind]:
    kinds = {}
    users = has_user_namespaces()
    spaces = ["mnt", "net", "ipc", "uts"]
    ordinary = ["user namespace", *OWN_VIEW] if users else []
    if IS_ROOT:
        kinds["root"] = Kind({}, [*OWN_VIEW, "own user", *ALWAYS], spaces)
        kinds["root without namespaces"] = Kind({"lacking": "no-namespaces", "bwrap": BWRAP}, ["own user", *ALWAYS])
        if bwrap_works(as_ordinary=False):
            walls = ["bubblewrap", *OWN_VIEW, "own user", *ALWAYS]
            kinds["root in bubblewrap"] = Kind({"bwrap": BWRAP}, walls, [*spaces, "pid"])
    kinds["ordinary"] = Kind({"ordinary": True}, [*ordinary, *ALWAYS], ["user", *spaces] if users else [])
    kinds["ordinary without namespaces"] = Kind({"ordinary": True, "lacking": "no-namespaces", "bwrap": BWRAP}, ALWAYS)
    if users and bwrap_works(as_ordinary=True):
        walls = ["bubblewrap", *ordinary, *ALWAYS]
        kinds["ordinary in bubblewrap"] = Kind({"ordinary": True, "bwrap": BWRAP}, walls, ["user", *spaces, "pid"])
    return kinds


KINDS = _kinds()


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS.keys())
def test_every_kind_of_user_gets_the_walls_of_its_machine_and_they_stand(kind: Kind) -> None:
    # given
    own_view = "mounts" in kind.walls
    codes = ["1 + 1", DRAW, DRAW, *([MANY_FILES, MUCH, LOOK] if own_view else [])]
    # when
    seen = observe(**kind.asked, codes=codes, tables={}, template_codes=["1 + 1"])
    # then every wall, and no other
    assert [re.sub(r"Landlock \d+", "Landlock", wall) for wall in seen["walls"]] == kind.walls
    assert seen["left"] == kind.namespaces
    assert seen["own_mounts"] == own_view
    # and the attacks on a REPL, on a template and on a REPL of that fail
    assert seen["self_test"] == []
    assert seen["template"]["self_test"] == []
    # and the code runs, behind the limits that the kernel alone keeps
    two, one, other, *limited = seen["values"]
    assert two == "2"
    assert one != other
    assert seen["template"]["values"] == ["2"]
    if own_view:
        folders, megabytes, found = limited
        assert int(folders) <= 200
        assert int(megabytes) <= 16
        # The mount points of its own folders.
        assert found == "['repl', 'in']"


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS.keys())
def test_a_repl_has_no_capability_and_can_get_none(kind: Kind) -> None:
    # when
    seen = observe(**kind.asked, tables={}, template_codes=[])
    # then
    for status, filters in ((seen["status"], 1), (seen["template"]["status"], 2)):
        assert {int(status[name], 16) for name in ("CapInh", "CapPrm", "CapEff", "CapAmb")} == {0}
        if "mounts" in kind.walls or "own user" in kind.walls:
            assert int(status["CapBnd"], 16) == 0
        assert status["NoNewPrivs"] == "1"
        assert status["Seccomp"] == "2"
        assert int(status["Seccomp_filters"]) >= filters
    if "own user" in kind.walls:
        assert set(seen["status"]["Uid"].split()).isdisjoint({"0"})
        assert seen["status"]["Groups"] == ""


@pytest.mark.parametrize("tool", ["/bin/false", "/no/such/bwrap"])
def test_an_outer_wall_that_does_not_work_is_left_out_and_the_boundary_stands(tool: str) -> None:
    seen = observe(bwrap=tool, codes=["6 * 7"])
    assert "bubblewrap" not in seen["walls"]
    assert seen["self_test"] == []
    assert seen["values"] == ["42"]


def test_the_bare_flavour_knows_the_standard_library_and_no_packages_and_the_plot_flavour_draws() -> None:
    loaded = PRELUDE + "sorted({'numpy', 'pandas', 'matplotlib', 'json', 'statistics'} & set(sys.modules))"
    draw = "import matplotlib.pyplot as plt\n_ = plt.plot([1, 2])\nplt.savefig('a.png')\n"
    draw += PRELUDE + "[name for _, _, names in os.walk('.') for name in names]"
    # when
    bare = observe(codes=[loaded])
    plot = observe(flavour="plot", codes=[loaded, draw])
    # then: and no list of fonts had to be made, or it would lie beside the figure
    assert bare["values"] == ["['json', 'statistics']"]
    assert plot["values"] == ["['json', 'matplotlib', 'numpy', 'pandas', 'statistics']", "['a.png']"]
