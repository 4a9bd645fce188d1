"""Attack a REPL before any job is run: the host's side of confine/selftest.py."""

import os
import socket
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from orchestration.errors import SandboxUnavailable
from replwright.repl.frames import ProtocolViolation
from replwright.repl.host.repl import Repl
from replwright.repl.host.zygote import ZygoteGone

Open = Callable[[dict[str, Any]], Awaitable[Repl]]


async def attack(open_repl: Open, folder: Path) -> None:
    """Run the attacks in a REPL of `open_repl`, which its opener ends.

    Raises SandboxUnavailable that names those which reached their goal.
    """
    canary = folder / "canary"
    canary.write_text("whoever reads this broke out")
    canary.chmod(0o644)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        repl = await open_repl({"canary": str(canary), "port": port, "host": os.getpid()})
        try:
            reached = (await repl.first_word()).get("self_test")
        except (ProtocolViolation, ZygoteGone) as error:
            what = str(error) or "the REPL died of it"
            raise SandboxUnavailable(f"the sandbox's self-test failed: {what}", "see replwright doctor") from None
    if reached != []:
        raise SandboxUnavailable(f"the sandbox's self-test failed: {reached}", "see replwright doctor")
