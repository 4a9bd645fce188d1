"""A host that is to end takes on nothing more, and finishes what it took: this counts what it still has in hand."""

from collections.abc import Iterator
from contextlib import contextmanager


class Drain:
    """Asked for and taken back by the reconcilers of releases; nothing of it is kept when the host dies."""

    def __init__(self) -> None:
        self._asked = False
        self._in_hand = 0

    @property
    def is_asked(self) -> bool:
        return self._asked

    @property
    def is_done(self) -> bool:
        """Nothing is left in hand, and nothing more comes from the table."""
        return self._asked and not self._in_hand

    def ask(self) -> None:
        """Take on nothing more. Harmless when it was asked before."""
        self._asked = True

    def take_back(self) -> None:
        """Serve on: the release is back."""
        self._asked = False

    @contextmanager
    def in_hand(self) -> Iterator[None]:
        """Within it, the host must not end."""
        self._in_hand += 1
        try:
            yield
        finally:
            self._in_hand -= 1
