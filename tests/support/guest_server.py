"""Run by the guest's Python: saves and loads namespaces, each in a fresh child. JSON lines in, JSON lines out.

Argument: the folder of our `repl` package. A request has `build`, `after` and `check` (code), `limit`, `path`,
`seconds`, and `without` (modules that are not there when it is loaded); `saved` skips the saving, for a file that is
there already.
"""

import json
import os
import sys
import traceback
import types
from collections.abc import Callable
from typing import Any

Said = dict[str, Any]


def _load_ours(folder: str) -> None:
    for name in ("replwright", "replwright.repl"):
        module = types.ModuleType(name)
        module.__path__ = [folder] if name == "replwright.repl" else []
        sys.modules[name] = module


def _main_module() -> Said:
    module = types.ModuleType("__main__")
    sys.modules["__main__"] = module
    module.__dict__.update(__builtins__=__builtins__, context={"of": "this job"}, inputs={}, inputs_df={}, results={})
    return module.__dict__


def _save(request: Said) -> Said:
    from replwright.repl.guest import snapshot

    snapshot.SAVE_S = request["seconds"]
    namespace = _main_module()
    exec(request["build"], namespace)
    saved = snapshot.save(namespace, request["limit"])
    if saved.data is not None:
        with open(request["path"], "wb") as file:
            file.write(saved.data)
    namespace["_saved"] = saved
    exec(request["after"], namespace)
    return {"size": saved.data and len(saved.data), "unsaved": saved.unsaved, "told": namespace.get("told")}


def _load(request: Said) -> Said:
    from replwright.repl.guest import snapshot

    for name in request["without"]:
        sys.modules[name] = None  # type: ignore[assignment]
    namespace = _main_module()
    try:
        snapshot.load(request["path"], namespace)
    except snapshot.Unrestorable as error:
        left = sorted(set(namespace) - {"__builtins__", "context", "inputs", "inputs_df", "results"})
        return {"unrestorable": str(error), "left": [name for name in left if not name.startswith("__")]}
    exec(request["check"], namespace)
    return {"told": namespace.get("told")}


def _in_child(work: Callable[[Said], Said], request: Said) -> Said:
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            said = work(request)
        except BaseException:
            said = {"raised": traceback.format_exc()}
        os.write(write, json.dumps(said).encode())
        os._exit(0)
    os.close(write)
    with os.fdopen(read, "rb") as pipe:
        heard = pipe.read()
    os.waitpid(pid, 0)
    answer: Said = json.loads(heard or b'{"raised": "it died"}')
    return answer


def main() -> None:
    _load_ours(sys.argv[1])
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    for line in sys.stdin:
        request = json.loads(line)
        said = {} if request["saved"] else {"saved": _in_child(_save, request)}
        if request["saved"] or said["saved"].get("size"):
            said["loaded"] = _in_child(_load, request)
        answers.write(json.dumps(said) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
