"""Milliseconds from nothing to the answer of `1 + 1` in an ipykernel, five times, as JSON."""

import json
import time

from jupyter_client.manager import start_new_kernel


def answer() -> str:
    """Start a kernel, ask it, end it."""
    manager, client = start_new_kernel()
    shown: list[str] = []
    client.execute_interactive("1 + 1", output_hook=lambda message: shown.append(str(message["content"].get("data"))))
    client.stop_channels()
    manager.shutdown_kernel(now=True)
    return "".join(shown)


spent = []
for _ in range(5):
    started = time.perf_counter()
    assert "2" in answer()
    spent.append((time.perf_counter() - started) * 1000)
print(json.dumps(spent))
