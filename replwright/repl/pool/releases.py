"""Which releases are over. Names are compared, never ordered, so that going back is a deploy like any other."""

from collections.abc import Iterable

# Longer than it takes all processes to register anew after a database outage, in which they were given up.
GRACE_S = 10.0


class Releases:
    """Remembers since when each release that still has hosts was seen to have no worker. `own` is never over."""

    def __init__(self, own: str, grace_s: float = GRACE_S) -> None:
        self._own, self._grace_s = own, grace_s
        self._gone_since: dict[str, float] = {}

    def over(self, of_hosts: Iterable[str], of_workers: Iterable[str], now: float) -> frozenset[str]:
        """Those of the hosts' releases that no worker has run for the time of grace. `now` never goes back.

        While no worker of our own is known, we may be the one that is over: then none is.
        """
        living = set(of_workers)
        gone = set(of_hosts) - living - {self._own} if self._own in living else set()
        self._gone_since = {release: self._gone_since.get(release, now) for release in gone}
        return frozenset(release for release, since in self._gone_since.items() if now - since >= self._grace_s)

    def forget(self) -> None:
        """Nobody knows which workers live: whoever was seen to be gone has to be seen so anew."""
        self._gone_since.clear()
