"""Namespaces of many kinds: what builds one, and what holds of it wherever it is loaded again."""

NAMESPACES = {
    "aliases": ("a = b = []\nd = {'a': a}", "a.append(1)\nassert b is a and d['a'] == [1]"),
    "a list in itself": ("a = [1]\na.append(a)", "assert a[1] is a"),
    "numbers and texts": ("x, y, z = 10**40, 'é\\ud800', b'\\0'", "assert (x, y, z) == (10**40, 'é\\ud800', b'\\0')"),
    "a function and the variable that it changes": (
        "n = 0\ndef bump():\n    global n\n    n += 1",
        "bump()\nbump()\nassert n == 2 and bump.__globals__ is globals()",
    ),
    "a function that calls itself": ("def f(n): return 1 if n < 2 else n * f(n - 1)", "assert f(5) == 120"),
    "a function that calls one defined later": ("def f(): return g()\ndef g(): return 7", "assert f() == 7"),
    "defaults, keywords, annotations, attributes": (
        "def f(a: int, b=[1], *, c=2) -> str:\n    'doc'\n    return a, b, c\nf.tag = b = f.__defaults__[0]",
        "assert f(0) == (0, [1], 2) and f.__doc__ == 'doc' and f.__annotations__['a'] is int\n"
        "assert f.tag is b and b is f.__defaults__[0]",
    ),
    "lambdas": ("k = 3\nf = lambda x: x + k", "k = 4\nassert f(1) == 5"),
    "two closures over one variable": (
        "def make():\n    n = 0\n    def inc():\n        nonlocal n\n        n += 1\n    return inc, lambda: n\n"
        "inc, get = make()\ninc()",
        "inc()\nassert get() == 2",
    ),
    "a closure that holds itself": (
        "def make():\n    def f(n): return n and f(n - 1)\n    return f\nf = make()",
        "assert f(3) == 0",
    ),
    "a decorated function": (
        "import functools\ncalls = []\ndef log(f):\n    @functools.wraps(f)\n    def inner(*a):\n"
        "        calls.append(a)\n"
        "        return f(*a)\n    return inner\n@log\ndef double(x): return 2 * x",
        "assert double(2) == 4 and calls == [(2,)] and double.__name__ == 'double'",
    ),
    "a cached function": (
        "import functools\n@functools.lru_cache(maxsize=9)\n"
        "def fib(n): return n if n < 2 else fib(n-1) + fib(n-2)\nfib(9)",
        "assert fib(40) == 102334155 and fib.cache_info().maxsize == 9",
    ),
    "modules by name": ("import math as m, os.path as p", "assert m.floor(1.5) == 1 and p.join('a', 'b') == 'a/b'"),
    "a class and its instances": (
        "class A:\n    n = 0\n    def __init__(self): A.n += 1\nclass B(A):\n"
        "    def __init__(self): super().__init__()\n"
        "    @property\n    def twice(self): return 2 * A.n\n    @classmethod\n"
        "    def made(cls): return cls()\nb = B()",
        "assert type(b) is B and isinstance(b, A) and B.made().twice == 4 and A.n == 2",
    ),
    "a class whose hash needs a variable": (
        "s = set()\nclass P:\n    def __init__(self, x): self.x = x\n    def __hash__(self): return self.x * K\n"
        "    def __eq__(self, o): return self.x == o.x\nK = 31\ns.add(P(1))",
        "assert P(1) in s and P(2) not in s",
    ),
    "slots": ("class S:\n    __slots__ = ('x',)\ns = S()\ns.x = 1", "assert s.x == 1"),
    "dataclasses": (
        "from dataclasses import dataclass, field\n@dataclass(order=True)\nclass D:\n    x: int\n"
        "    y: list = field(default_factory=list)\nd = D(1)",
        "assert d == D(1) and D(1) < D(2) and isinstance(d, D) and D(3).y == []",
    ),
    "enums": (
        "import enum\nclass E(enum.Enum):\n    A = 1\n    B = 2\ne = E.B",
        "assert e is E.B and E(1) is E.A and isinstance(e, E)",
    ),
    "namedtuples": (
        "from collections import namedtuple\nfrom typing import NamedTuple\nN = namedtuple('N', 'x y')\nn = N(1, 2)\n"
        "class M(NamedTuple):\n    z: int = 3\nm = M()",
        "assert isinstance(n, N) and n.y == 2 and m == M(3)",
    ),
    "abstract classes": (
        "import abc\nclass A(abc.ABC):\n    @abc.abstractmethod\n    def f(self): ...\nclass B(A):\n"
        "    def f(self): return 1\nb = B()",
        "assert isinstance(b, A) and b.f() == 1\ntry:\n    A()\nexcept TypeError: pass\nelse: raise AssertionError",
    ),
    "cached properties": (
        "from functools import cached_property\nclass C:\n    @cached_property\n    def x(self): return [1]\n"
        "c = C()\ny = c.x",
        "assert c.x is y and C().x == [1]",
    ),
    "the namespace itself": ("x = 1\ng = globals()", "assert g is globals() and g['x'] == 1"),
    "collections": (
        "from collections import *\n"
        "d, o, c, e = deque([1], 3), OrderedDict(b=1, a=2), Counter('aab'), defaultdict(list)\n"
        "e['x'].append(1)",
        "assert d.maxlen == 3 and list(o) == ['b', 'a'] and c['a'] == 2 and e['y'] == [] and e['x'] == [1]",
    ),
    "dates, decimals, patterns": (
        "import datetime as t, decimal, re, fractions, zoneinfo\n"
        "d = t.datetime(2024, 1, 1, tzinfo=zoneinfo.ZoneInfo('Europe/Rome'))\n"
        "e, f, p = decimal.Decimal('1.10'), fractions.Fraction(1, 3), re.compile('a+')",
        "assert str(d).endswith('+01:00') and str(e) == '1.10' and f * 3 == 1 and p.match('aa')",
    ),
    "frames and arrays": (
        "import pandas as pd, numpy as np\ndf = pd.DataFrame({'t': ['a', None], 'n': [1, 2],"
        " 'c': pd.Categorical(['x', 'y']), 'd': pd.date_range('2024', periods=2, tz='Europe/Rome'), 'o': [1, 'x']})\n"
        "view = df\na = np.arange(6).reshape(2, 3).T\nkept = df.copy()",
        "pd.testing.assert_frame_equal(df, kept)\nassert view is df and a.tolist() == [[0, 3], [1, 4], [2, 5]]\n"
        "df.loc[0, 'n'] = 9\na[0, 0] = 9",
    ),
    "Arrow tables": (
        "import pyarrow as pa\nt = pa.table({'x': [1, None], 'y': [['a'], []]})",
        "assert t.to_pylist() == [{'x': 1, 'y': ['a']}, {'x': None, 'y': []}]",
    ),
    "exceptions": (
        "try:\n    1 / 0\nexcept ZeroDivisionError as error:\n    kept = error",
        "assert type(kept) is ZeroDivisionError",
    ),
    "bound methods and partials": (
        "import functools\nclass A:\n    def f(self, x): return (self, x)\na = A()\nm = a.f\n"
        "p = functools.partial(m, 1)",
        "assert m(2) == (a, 2) and p() == (a, 1)",
    ),
}
