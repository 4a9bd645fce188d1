"""A private RabbitMQ node: its own name, ports, cookie and folders, on the loopback."""

import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from amqp import Connection
from amqp.exceptions import AMQPError

from replwright.local.ports import LOOPBACK, choose, listening
from tests.support.daemon import Daemon, give, user

PROGRAMS = Path("/usr/lib/rabbitmq/bin")


class RabbitMQ(Daemon):
    """`url` is Celery's. With it goes a port mapper (epmd) of its own."""

    url: str


@contextmanager
def rabbitmq() -> Iterator[RabbitMQ]:
    """A new node in a temporary folder."""
    uid = user("rabbitmq")
    with tempfile.TemporaryDirectory(prefix="rw-mq-") as name:
        folder = Path(name)
        give(folder, uid)
        port, mapper, between = (choose(0, "", LOOPBACK) for _ in range(3))
        cookie = folder / ".erlang.cookie"
        cookie.write_text(secrets.token_hex(16))
        cookie.chmod(0o400)
        give(cookie, uid)
        (folder / "plugins").write_text("[].")
        environ = {
            "HOME": name,
            "ERL_EPMD_PORT": str(mapper),
            "ERL_EPMD_ADDRESS": LOOPBACK,
            "RABBITMQ_NODENAME": f"rw{secrets.token_hex(4)}@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": LOOPBACK,
            "RABBITMQ_NODE_PORT": str(port),
            "RABBITMQ_DIST_PORT": str(between),
            "RABBITMQ_MNESIA_BASE": f"{name}/mnesia",
            "RABBITMQ_LOG_BASE": f"{name}/logs",
            "RABBITMQ_CONF_ENV_FILE": f"{name}/none",
            "RABBITMQ_CONFIG_FILE": f"{name}/none",
            "RABBITMQ_ENABLED_PLUGINS_FILE": f"{name}/plugins",
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
        }
        mapping = Daemon(["/usr/bin/epmd"], folder, lambda: listening(LOOPBACK, mapper), uid, environ)
        node = RabbitMQ([str(PROGRAMS / "rabbitmq-server")], folder, lambda: _serves(port), uid, environ)
        node.url = f"amqp://guest:guest@{LOOPBACK}:{port}//"
        mapping.start()
        try:
            node.start()
            yield node
        finally:
            node.stop()
            mapping.stop()


def _serves(port: int) -> bool:
    if not listening(LOOPBACK, port):
        return False
    try:
        with Connection(host=f"{LOOPBACK}:{port}", connect_timeout=5):
            return True
    except (AMQPError, OSError):
        return False
