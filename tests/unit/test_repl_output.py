"""Bounded output: head and tail kept, the cut counted, nothing over the limit."""

from hypothesis import given
from hypothesis import strategies as st

from replwright.repl.host.output import Bounded, shared


def _bounded(chunks: list[bytes], limit: int) -> Bounded:
    kept = Bounded(limit)
    for chunk in chunks:
        kept.add(chunk)
    return kept


@given(st.lists(st.binary(max_size=50), max_size=20), st.integers(40, 200))
def test_no_text_is_over_its_limit_and_short_ones_are_whole(chunks: list[bytes], limit: int) -> None:
    whole = b"".join(chunks)
    text = _bounded(chunks, limit).text(limit)
    assert len(text.encode()) <= limit
    assert "\0" not in text
    if whole.isascii() and b"\0" not in whole and len(whole) <= limit:
        assert text == whole.decode()


@given(st.integers(300, 5000), st.integers(1, 700))
def test_a_cut_keeps_head_and_tail_and_says_how_much_is_missing(size: int, chunk: int) -> None:
    # given
    whole = b"".join(b"%06d|" % number for number in range(size))
    kept = _bounded([whole[at : at + chunk] for at in range(0, len(whole), chunk)], 200)
    # when
    text = kept.text(200)
    # then
    head, mark, tail = text.split("\n")
    assert whole.startswith(head.encode())
    assert whole.endswith(tail.encode())
    assert mark == f"[... {len(whole) - 200} bytes cut ...]"


@given(st.integers(0, 3000), st.integers(0, 3000))
def test_both_streams_share_one_limit_and_neither_starves_the_other(out: int, err: int) -> None:
    streams = _bounded([b"o" * out], 1000), _bounded([b"e" * err], 1000)
    stdout, stderr = shared(*streams, 1000)
    assert len(stdout) + len(stderr) <= 1000
    assert len(stderr) >= min(err, 200)
    assert len(stdout) >= min(out, 200)
    if out + err <= 1000:
        assert (stdout, stderr) == ("o" * out, "e" * err)


def test_memory_stays_bounded_however_much_comes() -> None:
    kept = _bounded([bytes([number % 256]) * 97 for number in range(50_000)], 1000)
    assert kept.total == 97 * 50_000
    assert len(kept._head) + sum(map(len, kept._tail)) < 2200
