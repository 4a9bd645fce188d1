"""Random graphs of objects come back as they were, shape and sharing; what cannot be saved costs its holders alone."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.guest_snapshots import GuestSnapshots

_BUILD = """
class Node:
    def __init__(self): self.next = []
def holder():
    kept = []
    def get(): return kept
    return get
nodes = []
for kind, _ in SPEC:
    nodes.append({"list": list, "dict": dict, "own": Node, "closure": holder, "file": lambda: open("/dev/null"),
                  "number": lambda: 7.5, "text": lambda: "".join("ab")}[kind]())
def held(node):
    if isinstance(node, list): return node
    return node.next if isinstance(node, Node) else node() if callable(node) else None
for (kind, children), node in zip(SPEC, nodes):
    for place, child in enumerate(children):
        if kind == "dict": node[str(place)] = nodes[child]
        elif held(node) is not None: held(node).append(nodes[child])
for place, node in enumerate(NAMES): globals()["v%d" % place] = nodes[node]
del nodes, node, kind, place
"""
_DESCRIBE = """
def describe():
    seen, told, waiting = {}, [], [(n, v) for n, v in sorted(globals().items()) if n[0] == "v" and n[1:].isdigit()]
    for name, value in waiting:
        inner = value.next if type(value).__name__ == "Node" else value() if callable(value) else value
        own = type(inner) in (list, dict)
        if id(value) in seen: told.append([name, seen[id(value)]]); continue
        if own or callable(value): seen[id(value)] = len(seen)
        told.append([name, type(value).__name__, repr(value) if not own else len(inner)])
        if own:
            parts = inner.items() if type(inner) is dict else enumerate(inner)
            waiting += [(name + "/" + str(key), one) for key, one in parts]
    return told
told = describe()
"""
_KINDS = ("list", "list", "dict", "own", "closure", "number", "text", "file")


@st.composite
def _graphs(draw: st.DrawFn) -> tuple[list[tuple[str, list[int]]], list[int]]:
    size = draw(st.integers(1, 12))
    place = st.integers(0, size - 1)
    spec = [(draw(st.sampled_from(_KINDS)), draw(st.lists(place, max_size=4))) for _ in range(size)]
    return spec, draw(st.lists(place, min_size=1, max_size=6))


@pytest.fixture(scope="module")
def guest(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GuestSnapshots]:
    with GuestSnapshots(tmp_path_factory.mktemp("graphs")) as guest:
        yield guest


@settings(max_examples=60, deadline=None, print_blob=True)
@given(graph=_graphs())
def test_a_graph_comes_back_whole_but_for_what_holds_a_file(guest: GuestSnapshots, graph: Any) -> None:
    spec, names = graph
    lost = {f"v{place}" for place, node in enumerate(names) if _reaches_a_file(spec, node)}
    build = f"SPEC, NAMES = {spec!r}, {names!r}\n{_BUILD}"
    forget = "".join(f"del {name}\n" for name in sorted(lost))

    said = guest.carry(build, _DESCRIBE, after=forget + _DESCRIBE)

    assert {one.split(" ")[0] for one in said["saved"]["unsaved"]} == lost
    assert said["loaded"]["told"] == said["saved"]["told"]


def _reaches_a_file(spec: list[tuple[str, list[int]]], start: int) -> bool:
    seen, waiting = set(), [start]
    while waiting:
        node = waiting.pop()
        if node in seen:
            continue
        seen.add(node)
        kind, children = spec[node]
        if kind == "file":
            return True
        if kind in ("list", "dict", "own", "closure"):
            waiting += children
    return False
