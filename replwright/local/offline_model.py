"""The offline model as a service: an OpenAI-compatible server on the loopback."""

import sys

from replwright.local.paths import Layout
from replwright.local.ports import LOOPBACK, listening
from replwright.local.service import Service, plain_environment


def url(port: int) -> str:
    return f"http://{LOOPBACK}:{port}/v1"


def service(layout: Layout, port: int) -> Service:
    return Service(
        name="offline",
        title="the offline model",
        command=[sys.executable, "-m", "replwright.llm.offline.server", "--port", str(port)],
        environment=plain_environment(str(layout.home)),
        ready=lambda: listening(LOOPBACK, port),
    )
