"""Attacks on `rust`: the same goals in the Python that Monty parses. What it has not is smuggled in as a name that the
code itself might bind, so that the look at the syntax tree lets it through to Monty.
"""

from tests.security.attack import Attack, family
from tests.security.attacks_rust_limits import MEMORY, PROCESSOR
from tests.security.attacks_rust_state import FUNCTIONS, NEXT_TENANT


def _smuggled(name: str, code: str) -> str:
    return f"if not CANARY:\n    {name} = None\n{code}"


_READ = "if 'SECRET' in {}: print('REACHED')"
_SUBCLASSES = (
    ".__subclasses__()\nfor c in found:\n    if c.__name__ == '_wrap_close':\n"
    "        if 'SECRET' in c.__init__.__globals__['sys'].modules['builtins'].open(CANARY).read(): print('REACHED')"
)
_TRACEBACK = "try:\n    1 / 0\nexcept ZeroDivisionError as e:\n    frame = e.__traceback__.tb_frame\n"

_OBJECTS = family(
    "object graph",
    ("a tuple's class", "found = ().__class__.__bases__[0]" + _SUBCLASSES),
    ("a string's class", "found = ''.__class__.__mro__[-1]" + _SUBCLASSES),
    ("getattr by getattr", "found = getattr(getattr((), '__class__'), '__base__')" + _SUBCLASSES),
    ("a name put together", "found = getattr((), '__cla' + 'ss__').__base__" + _SUBCLASSES),
    ("object itself", "found = object" + _SUBCLASSES),
    ("a type's own way up", "found = type(()).__mro__[-1]" + _SUBCLASSES),
    ("a made type", "found = type('X', (), {}).__mro__[-1]" + _SUBCLASSES),
    ("an exception's class", "found = type(ValueError()).__mro__[-1]" + _SUBCLASSES),
    ("an instance's class", "class A:\n    pass\nfound = A().__class__.__mro__[-1]" + _SUBCLASSES),
    ("a bound method", "found = [].append.__self__.__class__.__base__" + _SUBCLASSES),
    ("a function's globals", "def f(): pass\n" + _READ.format("f.__globals__['__builtins__']['open'](CANARY).read()")),
    ("a function's builtins", "def f(): pass\n" + _READ.format("f.__builtins__['open'](CANARY).read()")),
    ("a lambda's code", "print('REACHED' if (lambda: 0).__code__.co_code else '')"),
    (
        "another code for a function",
        "def f(): pass\ndef g(): return 1\nf.__code__ = g.__code__\nf() and print('REACHED')",
    ),
    ("a function of a function's kind", "def f(): pass\ntype(f)(f.__code__, {})\nprint('REACHED')"),
    ("a builtin's module", _READ.format("print.__self__.open(CANARY).read()")),
    ("a builtin's module by another", _READ.format("getattr(len, '__self__').open(CANARY).read()")),
    (
        "a closure's cells",
        "def f(x):\n    return lambda: x\nf('SECRET').__closure__[0].cell_contents and print('REACHED')",
    ),
    (
        "format's attributes",
        "class A:\n    def f(self): pass\n" + _READ.format("'{0.f.__globals__[CANARY]}SECRET'.format(A())"),
    ),
    ("format's attributes, to a class", "if 'class' in '{0.__class__}'.format(1): print('REACHED')"),
    ("format's items", "if 'open' in '{0[open]}'.format(print.__self__.__dict__): print('REACHED')"),
    ("an f-string's attributes", "if 'class' in f'{(1).__class__}': print('REACHED')"),
    ("a traceback's frame", _TRACEBACK + _READ.format("frame.f_builtins['open'](CANARY).read()")),
    ("a generator's frame", "g = (x for x in [1])\n" + _READ.format("g.gi_frame.f_builtins['open'](CANARY).read()")),
    (
        "a coroutine's frame",
        "async def f(): pass\nc = f()\n" + _READ.format("c.cr_frame.f_builtins['open'](CANARY).read()"),
    ),
    ("a module's module", "import json\n" + _READ.format("json.codecs.builtins.open(CANARY).read()")),
    ("a module's private module", "import random\n" + _READ.format("str(random._os.environ)")),
    ("a module's loader", "import json\n" + _READ.format("str(json.__loader__.get_data(CANARY))")),
    ("a module's dictionary", "import json\n" + _READ.format("json.__dict__['codecs'].builtins.open(CANARY).read()")),
    ("a module's method", "import random\n" + _READ.format("random.Random.seed.__globals__['_os'].environ.get('KEY')")),
    (
        "an annotation that is evaluated",
        "import typing\ndef f(x: 'print(\"REACHED\")'): pass\ntyping.get_type_hints(f)",
    ),
    (
        "a dataclass's functions",
        "from dataclasses import dataclass\n@dataclass\nclass A:\n    x: int\n"
        "A.__init__.__globals__ and print('REACHED')",
    ),
    (
        "a named tuple's functions",
        "from collections import namedtuple\nnamedtuple('A', 'x')._make.__func__.__globals__ and print('REACHED')",
    ),
    (
        "a default dict's factory",
        "from collections import defaultdict\nfound = defaultdict(object)[1].__class__" + _SUBCLASSES,
    ),
    ("partial's function", "import functools\nfunctools.partial(print).func.__self__.open and print('REACHED')"),
    (
        "a wrapper's origin",
        "import functools\n@functools.wraps(print)\ndef f(): pass\nf.__wrapped__.__self__ and print('REACHED')",
    ),
    ("reduce", "(1).__reduce_ex__(2)[0].__globals__ and print('REACHED')"),
    (
        "a copy that opens",
        "import copy\nclass A:\n    def __reduce__(self): return print, ('REACHED',)\ncopy.copy(A())",
    ),
    alone=True,
)

_SMUGGLED = [
    Attack("smuggled names", name, _smuggled(name, code), alone=True)
    for name, code in {
        "__import__": "__import__('os').getpid()\nprint('REACHED')",
        "open": _READ.format("open(CANARY).read()"),
        "globals": _READ.format("globals()['__builtins__']['open'](CANARY).read()"),
        "vars": "vars()['__builtins__']\nprint('REACHED')",
        "dir": "dir()\nprint('REACHED')",
        "compile": "compile('1', '', 'eval')\nprint('REACHED')",
        "help": "help\nprint('REACHED')",
        "memoryview": "memoryview(b'x')\nprint('REACHED')",
        "__build_class__": "__build_class__\nprint('REACHED')",
        "__builtins__": "__builtins__\nprint('REACHED')",
    }.items()
]

_PATH = "from pathlib import Path\n"
_ENVIRONMENT = family(
    "environment and keys",
    ("environ", "import os\n" + _READ.format("str(os.environ)")),
    ("getenv", "import os\n" + _READ.format("(os.getenv('KEY') or '')")),
    ("environ's values", "import os\nfor v in os.environ.values():\n    " + _READ.format("v")),
    ("environ in bytes", "import os\n" + _READ.format("str(os.environb)")),
    ("its own environment as a file", _PATH + _READ.format("Path('/proc/self/environ').read_text()")),
    ("the host's environment as a file", _PATH + _READ.format("Path(f'/proc/{HOST}/environ').read_text()")),
    ("loaded modules", "import sys\n" + _READ.format("sys.modules['os'].environ.get('KEY', '')")),
    ("a frame of the caller", "import sys\nsys._getframe().f_globals and print('REACHED')"),
    ("who is at home", "import os\nos.path.expanduser('~') != '~' and print('REACHED')"),
    ("where it runs", "import os\nlen(os.getcwd()) > 1 and print('REACHED')"),
    ("which process it is", "import os\nos.getpid() and print('REACHED')"),
    ("random bytes of the host", "import os\nos.urandom(8) and print('REACHED')"),
    alone=True,
)

_READING = family(
    "reading",
    ("read_text", _PATH + _READ.format("Path(CANARY).read_text()")),
    ("read_bytes", _PATH + "if b'SECRET' in Path(CANARY).read_bytes(): print('REACHED')"),
    ("open of a path", _PATH + _READ.format("Path(CANARY).open().read()")),
    ("traversal", _PATH + _READ.format("Path('../' * 40 + CANARY).read_text()")),
    ("a path put together", _PATH + _READ.format("(Path('/') / CANARY[1:]).read_text()")),
    ("its own root", _PATH + _READ.format("Path('/proc/self/root' + CANARY).read_text()")),
    ("whether it is there", _PATH + "Path(CANARY).exists() and print('REACHED')"),
    ("its size", _PATH + "Path(CANARY).stat().st_size and print('REACHED')"),
    ("whether it is a file", "import os\nos.path.isfile(CANARY) and print('REACHED')"),
    ("the size by os", "import os\nos.path.getsize(CANARY) and print('REACHED')"),
    ("the facts by os", "import os\nos.stat(CANARY) and print('REACHED')"),
    ("list a folder", "import os\nos.listdir(FOLDER) and print('REACHED')"),
    ("scan a folder", "import os\nlist(os.scandir(FOLDER)) and print('REACHED')"),
    ("walk a folder", "import os\nlist(os.walk(FOLDER)) and print('REACHED')"),
    ("iterate a folder", _PATH + "list(Path(FOLDER).iterdir()) and print('REACHED')"),
    ("a pattern", _PATH + "list(Path(FOLDER).glob('*')) and print('REACHED')"),
    ("a descriptor", "import os\n" + _READ.format("str(os.read(os.open(CANARY, 0), 99))")),
    (
        "one that was left open",
        "import os\nfor f in range(3, 200):\n    try:\n        s = os.pread(f, 99, 0)\n"
        "    except OSError:\n        continue\n    if b'SECRET' in s: print('REACHED')",
    ),
    ("another's input", _PATH + _READ.format("Path(STORED).read_text()")),
    ("another's scratch", _PATH + "for f in DIARIES:\n    " + _READ.format("Path(f).read_text()")),
    ("our code", _PATH + "Path(OURS).read_text() and print('REACHED')"),
    alone=True,
)

_WRITING = family(
    "writing",
    ("write_text", _PATH + "Path(FOLDER + '/mine').write_text('x')\nprint('REACHED')"),
    ("write over it", _PATH + "Path(CANARY).write_text('x')\nprint('REACHED')"),
    ("open to append", _PATH + "Path(CANARY).open('a').write('x')\nprint('REACHED')"),
    ("touch", _PATH + "Path(FOLDER + '/mine').touch()\nprint('REACHED')"),
    ("make a folder", "import os\nos.mkdir(FOLDER + '/mine')\nprint('REACHED')"),
    ("make folders", "import os\nos.makedirs(FOLDER + '/a/b')\nprint('REACHED')"),
    ("remove it", "import os\nos.remove(CANARY)\nprint('REACHED')"),
    ("unlink it", _PATH + "Path(CANARY).unlink()\nprint('REACHED')"),
    ("rename it", "import os\nos.rename(CANARY, CANARY + '2')\nprint('REACHED')"),
    ("replace it", _PATH + "Path(CANARY).replace(CANARY + '2')\nprint('REACHED')"),
    ("change its mode", _PATH + "Path(CANARY).chmod(0o666)\nprint('REACHED')"),
    ("link it", "import os\nos.symlink(CANARY, FOLDER + '/mine')\nprint('REACHED')"),
    ("change folder", "import os\nos.chdir(FOLDER)\nprint('REACHED')"),
    alone=True,
)

_PROCESSES = family(
    "processes and network",
    ("system", "import os\nos.system('true') == 0 and print('REACHED')"),
    ("popen", "import os\nos.popen('true') and print('REACHED')"),
    ("fork", "import os\nif os.fork() == 0:\n    os._exit(0)\nprint('REACHED')"),
    ("kill", "import os\nos.kill(HOST, 0)\nprint('REACHED')"),
    ("kill a neighbour", "import os\nfor p in NEIGHBOURS:\n    os.kill(p, 9)\n    print('REACHED')"),
    ("exec", "import os\nos.execv('/bin/echo', ['echo', 'REACHED'])"),
    ("spawn", "import os\nos.posix_spawn('/bin/true', ['true'], {})\nprint('REACHED')"),
    ("end the worker", "import os\nos.abort and os._exit and print('REACHED')"),
    (
        "a subprocess of asyncio",
        "import asyncio\nasyncio.run(asyncio.create_subprocess_exec('/bin/true'))\nprint('REACHED')",
    ),
    (
        "a connection of asyncio",
        "import asyncio\nasyncio.run(asyncio.open_connection('127.0.0.1', PORT))\nprint('REACHED')",
    ),
    ("a thread of asyncio", "import asyncio\nasyncio.run(asyncio.to_thread(print, 'REACHED'))"),
    ("subprocess", "import subprocess\nsubprocess.run(['true'])\nprint('REACHED')"),
    ("ctypes", "import ctypes\nctypes.CDLL(None).getpid() and print('REACHED')"),
    ("a socket", "import socket\nsocket.socket()\nprint('REACHED')"),
    ("signals", "import signal\nsignal.raise_signal(18)\nprint('REACHED')"),
    ("threads", "import threading\nthreading.Thread(target=print, args=('REACHED',)).start()"),
    ("limits", "import resource\nresource.getrlimit(0) and print('REACHED')"),
    ("mmap", "import mmap\nmmap.mmap(-1, 99) and print('REACHED')"),
    ("pickle", "import pickle\npickle.loads(b'cos\\ngetpid\\n(tR.') and print('REACHED')"),
    ("import by a library", "import importlib\nimportlib.import_module('os') and print('REACHED')"),
    ("garbage", "import gc\ngc.get_objects() and print('REACHED')"),
    ("inspect", "import inspect\ninspect.currentframe() and print('REACHED')"),
    alone=True,
)

RUST_ATTACKS: list[Attack] = [
    *_OBJECTS,
    *_SMUGGLED,
    *_ENVIRONMENT,
    *_READING,
    *_WRITING,
    *_PROCESSES,
    *MEMORY,
    *PROCESSOR,
    *NEXT_TENANT,
    *FUNCTIONS,
]
