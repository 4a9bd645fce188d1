"""Attacks on `rust` that leave something for the next tenant, or misuse the functions that a job was given."""

from tests.security.attack import Attack

_PAIRS = {
    "a variable": ("left = 1", "left == 1"),
    "a function": ("def left(): return 1", "left() == 1"),
    "a class": ("class Left:\n    x = 1", "Left.x == 1"),
    "a changed builtin": ("len = 7", "len == 7"),
    "a module under another name": ("import json as left", "left.dumps(1) == '1'"),
    "a number of a module": ("import math\nmath.pi = 3", "__import__('math').pi == 3"),
    "a function of a module": ("import json\njson.loads = 7", "json.loads == 7"),
    "an attribute of a module": ("import sys\nsys.left = 7", "sys.left == 7"),
    "a seed": ("import random\nrandom.seed(1)", "random.random() == 0.13436424411240122"),
    "a search path": ("import sys\nsys.path.append('left')", "'left' in sys.path"),
    "an environment variable": ("import os\nos.environ['LEFT'] = '1'", "os.environ.get('LEFT') == '1'"),
    "a limit of recursion": ("import sys\nsys.setrecursionlimit(4711)", "sys.getrecursionlimit() == 4711"),
    "a precision": ("import decimal\ndecimal.getcontext().prec = 3", "decimal.getcontext().prec == 3"),
    "a name of the module": ("__name__ = 'left'", "__name__ == 'left'"),
    "a cache": (
        "import functools\n@functools.lru_cache\ndef left(n): return n\nleft(1)",
        "left.cache_info().currsize == 1",
    ),
    "a file": ("from pathlib import Path\nPath('left').write_text('x')", "Path('left').exists()"),
    "a folder": ("import os\nos.mkdir('d')\nos.chdir('d')", "os.getcwd().endswith('/d')"),
    "a secret in a list": ("held = ['SECRET']", "'SECRET' in held"),
    "an alias of a type": ("left = int", "left(1) == 1"),
    "a default that grows": ("def left(x, to=[]):\n    to.append(x)\n    return to\nleft(1)", "len(left(2)) == 2"),
}
_IMPORTS = ("math", "json", "sys", "random", "os", "decimal")


def _look(look: str) -> str:
    imports = "".join(f"import {name}\n" for name in _IMPORTS if f"{name}." in look)
    path = "from pathlib import Path\n" if "Path(" in look else ""
    return f"{imports}{path}if {look}: print('REACHED')".replace("__import__('math')", "math")


NEXT_TENANT = [
    Attack("state for the next tenant", name, _look(look), alone=True, plants=plant)
    for name, (plant, look) in _PAIRS.items()
]

# `echo` is given to these jobs, `wait` is not. Outside, they are functions of the host.
FUNCTIONS_OUTSIDE = "def echo(*args, **kwargs): return [list(args), kwargs]\ndef wait(seconds): return seconds\n"
_FUNCTIONS = {
    "its globals": "b = echo.__globals__['__builtins__']\nif 'SECRET' in b['open'](CANARY).read(): print('REACHED')",
    "its code": "echo.__code__.co_code and print('REACHED')",
    "its module": "echo.__module__ and echo.__defaults__ is None and print('REACHED')",
    "its class": "type(echo)(echo.__code__, {})\nprint('REACHED')",
    "its method": "echo.__call__.__self__ is echo and print('REACHED')",
    "one that was not given": "wait(0)\nprint('REACHED')",
    "the class of its answer": "echo(1).__class__.__base__.__subclasses__() and print('REACHED')",
    "code as an argument": "echo(lambda: 1)[0][0]() == 1 and print('REACHED')",
    "a type as an argument": "echo(ValueError)[0][0]('x') and print('REACHED')",
    "an object as an argument": "class A:\n    def f(self): return 1\necho(A())[0][0].f() == 1 and print('REACHED')",
    "what is shared by an argument": "x = []\necho(x)[0][0].append(1)\nif x: print('REACHED')",
    "what is shared by two answers": "x = {}\necho(x)[0][0]['a'] = 1\nif x: print('REACHED')",
}
FUNCTIONS = [Attack("granted functions", name, code, alone=True) for name, code in _FUNCTIONS.items()]
