"""A proxy has no business between two ends of one machine."""

import os
from ipaddress import ip_address
from urllib.parse import urlsplit

_LOOPBACK = "localhost,127.0.0.1,::1"


def bypass_proxy(base_url: str) -> None:
    """Add loopback to NO_PROXY of this process when `base_url` is there: BAML's HTTP client obeys HTTP_PROXY."""
    if not is_loopback(base_url):
        return
    for name in ("NO_PROXY", "no_proxy"):
        known = os.environ.get(name, "")
        if _LOOPBACK not in known:
            os.environ[name] = f"{known},{_LOOPBACK}" if known else _LOOPBACK


def is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
