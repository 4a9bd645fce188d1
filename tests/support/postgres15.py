"""A private PostgreSQL of another release than the wheel's, from the folder of its binaries."""

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from replwright.local.postgres import accepts_connections
from tests.support.daemon import Daemon, give, user


class Postgres(Daemon):
    """`url` is SQLAlchemy's; it listens on a Unix socket alone."""

    url: str


@contextmanager
def postgres(binaries: Path) -> Iterator[Postgres]:
    """A new cluster in a temporary folder."""
    uid = user("postgres")
    with tempfile.TemporaryDirectory(prefix="rw-pg-") as name:
        folder = Path(name)
        give(folder, uid)
        making = [str(binaries / "initdb"), "-D", f"{folder}/data", "-U", "postgres", "--auth=trust"]
        making += ["--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]
        subprocess.run(making, check=True, capture_output=True, user=uid, cwd=folder)
        command = [
            str(binaries / "postgres"), "-D", f"{folder}/data", "-c", "listen_addresses=",
            "-c", f"unix_socket_directories={folder}", "-c", "max_connections=100", "-c", "timezone=UTC",
        ]  # fmt: skip
        server = Postgres(command, folder, lambda: accepts_connections(folder), uid)
        server.url = f"postgresql+psycopg://postgres@/postgres?host={quote(name, safe='')}"
        server.start()
        try:
            yield server
        finally:
            server.stop()
