"""A host process for tests of the walls alone: it starts a zygote and does what it is asked, without an engine.

The one argument is JSON: `root` (a folder for REPLs), `python`, `flavour`, `bwrap`, `codes` (each run in a REPL of its
own, its value told), `tables` (names of a template's tables, each of three rows), `template_codes`. It prints one JSON
object. It needs nothing but the standard library, so that any user's Python can run it.
"""

import asyncio
import json
import os
import socket
import struct
import sys
from pathlib import Path
from typing import Any

from orchestration.errors import SandboxUnavailable
from replwright.repl.host.canaries import canaries
from replwright.repl.host.flavours import Flavour
from replwright.repl.host.forker import pid_of
from replwright.repl.host.scratch import Folders
from replwright.repl.host.zygote import Zygote

_LIMITS = {"memory_bytes": 512 << 20, "timeout_s": 20.0, "scratch_bytes": 16 << 20, "scratch_files": 200}
_JOB: dict[str, object] = {
    "context": "null",
    "limits": {"artifact_bytes": 1 << 20, "value_bytes": 1 << 16, "output_bytes": 1 << 16},
    "inputs": [],
    "results": [],
    "functions": [],
    "restore": None,
    "replay": False,
    "keep": False,
    "save": False,
}


class Host:
    """One zygote and what runs in it."""

    def __init__(self, zygote: Zygote, folders: Folders) -> None:
        self._zygote, self._folders = zygote, folders
        self._number = 0

    async def told(self, wanted: dict[str, Any]) -> dict[str, Any]:
        zygote = self._zygote
        answer: dict[str, Any] = {
            "walls": zygote.walls,
            "own_uids": zygote.own_uids,
            "own_mounts": zygote.own_mounts,
            "left": _left(zygote.pid),
            "status": await self.status(zygote),
            "self_test": await self.attacked(zygote),
            "values": [await self.value(zygote, code, []) for code in wanted["codes"]],
        }
        if wanted.get("tables") is not None:
            answer["template"] = await self.template(wanted["tables"], wanted["template_codes"])
        return answer

    async def template(self, files: dict[str, str], codes: list[str]) -> dict[str, Any]:
        """What a template of the Arrow files is like, and what the codes come to in REPLs of it."""
        uid = self._uid()
        self._folders.make("template", uid)
        tables = [(name, os.open(path, os.O_RDONLY | os.O_CLOEXEC)) for name, path in files.items()]
        request = {"folder": "template", "uid": -1 if uid is None else uid, **_LIMITS}
        try:
            template = await self._zygote.template(request, tables)
        except (SandboxUnavailable, OSError) as error:
            return {"refused": str(error)}
        try:
            return {
                "self_test": await self.attacked(template),
                "values": [await self.value(template, code, list(files)) for code in codes],
                "uid": template.uid,
                "status": await self.status(template),
            }
        finally:
            await template.stop()

    async def attacked(self, zygote: Zygote) -> Any:
        with canaries(self._folders.jobs.parent) as self_test:
            channel, _ = await self._fork(zygote, self_test=self_test)
            with channel:
                return (await asyncio.to_thread(_read, channel)).get("self_test")

    async def status(self, zygote: Zygote) -> dict[str, str]:
        """What the kernel says of a REPL that waits for its job."""
        channel, pid = await self._fork(zygote)
        with channel:
            await asyncio.to_thread(_read, channel)
            lines = Path(f"/proc/{pid}/status").read_text().splitlines()
        return {name: told.strip() for name, _, told in (line.partition(":") for line in lines)}

    async def value(self, zygote: Zygote, code: str, tables: list[str]) -> Any:
        channel, _ = await self._fork(zygote)
        with channel:
            first = await asyncio.to_thread(_read, channel)
            if first != {"ready": True}:
                return first
            inputs = [{"name": name, "file": f"{name}.csv", "format": "csv"} for name in tables]
            payload = json.dumps({**_JOB, "code": code, "inputs": inputs, "tables": tables}).encode()
            channel.sendall(struct.pack("!cI", b"J", len(payload)) + payload)
            while "done" not in (message := await asyncio.to_thread(_read, channel)):
                if not message:
                    return "ended"
            return message["done"]["value"] or message["done"]["error_kind"]

    async def _fork(self, zygote: Zygote, **more: Any) -> tuple[socket.socket, int]:
        self._number += 1
        uid = zygote.uid if zygote.uid is not None else self._uid() if zygote.own_uids else None
        name = str(self._number)
        self._folders.make(os.path.join(zygote.folder, name), uid)
        ours, its = socket.socketpair()
        quiet = [os.open(os.devnull, os.O_WRONLY | os.O_CLOEXEC) for _ in range(2)]
        request = {"folder": name, "uid": -1 if uid is None else uid, **_LIMITS, **more}
        forked = await zygote.fork(request, [*quiet, its.detach()])
        pid = pid_of(forked.pidfd)
        os.close(forked.pidfd)
        return ours, pid

    def _uid(self) -> int | None:
        return 210_000_000 + self._number if self._zygote.own_uids else None


def _left(pid: int) -> list[str]:
    """The namespaces that a process has apart from ours."""
    kinds = ("user", "mnt", "net", "ipc", "uts", "pid")
    here = {kind: os.stat(f"/proc/self/ns/{kind}").st_ino for kind in kinds}
    return [kind for kind in kinds if os.stat(f"/proc/{pid}/ns/{kind}").st_ino != here[kind]]


def _read(channel: socket.socket) -> Any:
    with channel.makefile("rb", buffering=0) as stream:
        head = stream.read(5) or b""
        if len(head) < 5:
            return {}
        payload, size = b"", struct.unpack("!cI", head)[1]
        while len(payload) < size and (chunk := stream.read(size - len(payload))):
            payload += chunk
    return json.loads(payload) if head[:1] == b"J" else {"bytes": size}


async def main() -> None:
    wanted = json.loads(sys.argv[1])
    folders = Folders(Path(wanted["root"]))
    python, flavour = Path(wanted["python"]), Flavour(wanted["flavour"])
    try:
        zygote = await Zygote.start(python, folders.jobs, folders.view, flavour, wanted["bwrap"])
    except SandboxUnavailable as error:
        print(json.dumps({"unavailable": str(error)}))
        folders.close()
        return
    answer = await Host(zygote, folders).told(wanted)
    await zygote.stop()
    folders.close()
    print(json.dumps(answer))


if __name__ == "__main__":
    asyncio.run(main())
