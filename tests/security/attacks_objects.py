"""Walks over the object graph from plain code to what the whitelist closed: a real `open`, a real environment."""

from tests.security.attack import family

_READ = "({open})(CANARY).read()"
_OPENS = {
    "subclasses": (
        "",
        "[c for c in object.__subclasses__() if c.__name__ == '_wrap_close'][0].__init__.__globals__['sys']"
        ".modules['builtins'].open",
    ),
    "a module within a module": ("import json\n", "json.codecs.builtins.open"),
    "the globals of a method": ("import random\n", "random.Random.seed.__globals__['__builtins__']['open']"),
    "a generator's frame": ("import json\n", "json.JSONEncoder().iterencode([1]).gi_frame.f_builtins['open']"),
    "a class that holds a module": ("import warnings\n", "warnings.catch_warnings()._module.__builtins__['open']"),
    "the io module of a library": ("import pathlib\n", "pathlib.io.open"),
    "attrgetter": (
        "import operator, random\n",
        "operator.attrgetter('seed.__globals__')(random.Random)['_os'].sys.modules['builtins'].open",
    ),
    "an opener of archives": ("import gzip\n", "gzip.builtins.open"),
    "a function of ours with its own builtins": (
        "import random\ndef f(): return open\nkind = type(f)\n",
        "kind(f.__code__, {'__builtins__': random.Random.seed.__globals__['__builtins__']})()",
    ),
}

OBJECTS = family(
    "object graph",
    *(
        (name, f"{start}if 'SECRET' in {_READ.format(open=way)}: print('REACHED')")
        for name, (start, way) in _OPENS.items()
    ),
    (
        "a private name of a module",
        "import random\nif b'SECRET' in random._os.read(random._os.open(CANARY, 0), 99): print('REACHED')",
    ),
    ("a module's loader", "import json\nif b'SECRET' in json.__loader__.get_data(CANARY): print('REACHED')"),
    (
        "a traceback's frames",
        "try:\n    1 / 0\nexcept ZeroDivisionError as error:\n    frame = error.__traceback__.tb_frame\n"
        "while frame.f_back: frame = frame.f_back\n"
        "if 'SECRET' in frame.f_builtins['open'](CANARY).read(): print('REACHED')",
    ),
    (
        "format's attributes, to the environment",
        "import random\nif 'SECRET' in '{0._os.environ}'.format(random): print('REACHED')",
    ),
    (
        "an annotation that is evaluated",
        "import typing\ndef f(x: \"print('REACHED') if 'SECRET' in __import__('io').open(CANARY).read() else int\"):\n"
        "    pass\ntyping.get_type_hints(f)",
    ),
    (
        "a copy that opens",
        "import copy, json\nclass A:\n    def __reduce__(self): return json.codecs.builtins.open, (CANARY,)\n"
        "if 'SECRET' in copy.copy(A()).read(): print('REACHED')",
    ),
    ("the C library, by a module's module", "import uuid\nif uuid.os.system('true') == 0: print('REACHED')"),
    alone=True,
)
