"""Attacks on `rust` that take too much: 150 MB held at once where 64 are allowed, or time beyond the deadline.

Each tells by itself that it held so much, or ran for so long.
"""

from tests.security.attack import Attack

_MEMORY = {
    "a string": "x = 'x' * 160_000_000",
    "bytes": "x = b'x' * 160_000_000",
    "a list": "x = [0] * 22_000_000",
    "a list of a range": "x = list(range(4_500_000))",
    "a dictionary": "x = {i: i for i in range(2_000_000)}",
    "a set": "x = {i for i in range(3_000_000)}",
    "a shift": "x = 1 << 1_400_000_000",
    "a product of integers": "x = (1 << 1_400_000_000) * 3",
    "padding": "x = 'x'.ljust(160_000_000)",
    "zeros": "x = '1'.zfill(160_000_000)",
    "the middle": "x = 'x'.center(160_000_000)",
    "a width": "x = '{:>160000000}'.format('x')",
    "a width by percent": "x = '%160000000s' % 'x'",
    "a width of an f-string": "n = 160_000_000\nx = f'{1:{n}}'",
    "digits of a float": "x = '%.160000000f' % 1.0",
    "joined": "x = ('x' * 160).join(['y'] * 1_000_000)",
    "replaced": "x = ('a' * 1_000_000).replace('a', 'b' * 160)",
    "replaced by an expression": "import re\nx = re.sub('a', 'b' * 160, 'a' * 1_000_000)",
    "tabs": "x = ('\\t' * 1_000_000).expandtabs(160)",
    "lines": "x = ('ab\\n' * 3_000_000).splitlines()",
    "split": "x = ('ab,' * 3_000_000).split(',')",
    "a repr that grows": "x = ['a' * 160]\nfor _ in range(6):\n    x = [x] * 10\nx = repr(x)",
    "JSON": "import json\nx = json.dumps(['x' * 100] * 1_600_000)",
    "products": "import itertools\nx = list(itertools.product(range(2), repeat=20))",
    "a deep copy": "import copy\nx = copy.deepcopy([[i] for i in range(700_000)])",
    "base 64": "import base64\nx = base64.b64encode(b'x' * 130_000_000)",
    "instances": "class A:\n    def __init__(self, n): self.n = n\nx = [A(i) for i in range(1_500_000)]",
    "frames": "def f(n):\n    x = [0] * 1_000_000\n    return f(n - 1) if n else x\nx = f(30)",
    "slices": "x = list(range(1_000_000))\nx = [x[i:] for i in range(24)]",
    "a star": "a, *x = range(4_500_000)",
    "concatenation": "x = 'x' * 1_000_000\nfor _ in range(8):\n    x += x",
    "a queue": "from collections import deque\nx = deque(range(4_500_000))",
    "encoded": "x = ('x' * 85_000_000).encode('utf-16')",
    "bytes of zeros": "x = bytes(160_000_000)",
    "bytes in hexadecimal": "x = (b'x' * 85_000_000).hex()",
    "sorted": "x = sorted(range(4_500_000))",
    "zipped": "x = list(zip(range(2_000_000), range(2_000_000)))",
}

_PROCESSOR = {
    "a loop": "while time.time() - began < 0.9: pass",
    "sleep": "time.sleep(0.9)",
    "a loop that catches": (
        "while time.time() - began < 0.9:\n    try:\n        while time.time() - began < 0.9: pass\n"
        "    except BaseException: pass"
    ),
    "a loop that comes at the end": (
        "try:\n    while time.time() - began < 0.5: pass\nfinally:\n    while time.time() - began < 0.9: pass"
    ),
    "a loop in an exception's end": (
        "def f():\n    try:\n        while time.time() - began < 0.9: pass\n    finally:\n        return 1\n"
        "while time.time() - began < 0.9: f()"
    ),
    "an expression": "import re\nwhile time.time() - began < 0.9: re.match('(a+)+$', 'a' * 20 + 'b')",
    "sums": "while time.time() - began < 0.9: sum(range(1_000_000))",
    "sorts": "while time.time() - began < 0.9: sorted(range(1_000_000), key=lambda n: -n)",
    "powers": "while time.time() - began < 0.9: pow(7, 10**5)",
    "one long power": "while time.time() - began < 0.9: (7 ** 400_000) * (7 ** 400_000)",
    "factorials": "import math\nwhile time.time() - began < 0.9: math.factorial(20_000)",
    "searches": "while time.time() - began < 0.9: ('a' * 30_000 + 'b') in ('a' * 60_000)",
    "text": "while time.time() - began < 0.9: ('ab' * 500_000).replace('a', 'c')",
    "recursion": "def f(n): return n if n < 2 else f(n - 1) + f(n - 2)\nwhile time.time() - began < 0.9: f(18)",
    "JSON": "import json\nwhile time.time() - began < 0.9: json.loads(json.dumps([1] * 100_000))",
    "copies": "import copy\nwhile time.time() - began < 0.9: copy.deepcopy([[1]] * 10_000)",
    "a comprehension": "while time.time() - began < 0.9: [a * b for a in range(500) for b in range(500)]",
    "a wait of asyncio": "import asyncio\nasyncio.run(asyncio.sleep(0.9))",
    "numbers as text": "while time.time() - began < 0.9: [int(str(7 ** 4000)) for _ in range(10)]",
}

MEMORY = [
    Attack("memory", name, code + "\nif x is not None: print('REACHED')", alone=True) for name, code in _MEMORY.items()
]
PROCESSOR = [
    Attack(
        "processor",
        name,
        f"import time\nbegan = time.time()\n{code}\nif time.time() - began > 0.8: print('REACHED')",
        alone=True,
    )
    for name, code in _PROCESSOR.items()
]
# What the test gives these families.
LIMITS: dict[str, dict[str, float]] = {
    "memory": {"memory_bytes": 64 * 1024**2, "timeout_s": 3.0},
    "processor": {"timeout_s": 0.3},
}

# They break an interpreter rather than reach a goal, so that nothing can be shown outside: the pool must serve others.
RUIN = {
    "recursion": "def f(n): return f(n + 1)\nf(0)",
    "recursion between two": "def f(n): return g(n)\ndef g(n): return f(n)\nf(0)",
    "recursion in a repr": "class A:\n    def __repr__(self): return repr(self)\nrepr(A())",
    "recursion in an equality": "class A:\n    def __eq__(self, other): return self == other\nA() == A()",
    "recursion in a hash": "class A:\n    def __hash__(self): return hash(self)\nhash(A())",
    "a repr of deep lists": "x = []\nfor _ in range(500_000): x = [x]\nlen(repr(x))",
    "deep lists compared": "x, y = [], []\nfor _ in range(500_000): x, y = [x], [y]\nx == y",
    "deep tuples hashed": "x = ()\nfor _ in range(500_000): x = (x,)\nhash(x)",
    "deep lists let go": "x = []\nfor _ in range(1_000_000): x = [x]\nx = None",
    "deep lists as the value": "x = []\nfor _ in range(100_000): x = [x]\nx",
    "deep lists copied": "import copy\nx = []\nfor _ in range(100_000): x = [x]\ncopy.deepcopy(x) is None",
    "deep lists as JSON": "import json\nx = []\nfor _ in range(100_000): x = [x]\njson.dumps(x)",
    "deep JSON": "import json\njson.loads('[' * 1_000_000)",
    "a list in itself as the value": "x = []\nx.append(x)\nx",
    "a list in itself as JSON": "import json\nx = []\nx.append(x)\njson.dumps(x)",
    "many parentheses": "x = " + "(" * 150 + "1" + ")" * 150,
    "a long sum": "x = " + "+".join(["1"] * 20_000),
    "a long chain of attributes": "x = 1\nx" + ".real" * 20_000,
    "many comparisons": "x = " + " < ".join(["1"] * 20_000),
    "a huge integer as the value": "7 ** 3_000_000",
    "a huge string as the value": "'x' * 50_000_000",
    "a value of half characters": "'\\ud800' * 100",
    "a name of half characters": "type('\\ud800', (), {})",
    "an exception as long as a book": "raise ValueError('x' * 10_000_000)",
    "an exception of odd text": "raise ValueError('\\ud800\\x00')",
    "an exception in an exception's text": "class A:\n    def __str__(self): raise ValueError\nraise ValueError(A())",
    "endless lines": "while True: print('x')",
    "endless text": "while True: print('x' * 1_000_000, end='')",
    "a print of a huge thing": "print('x' * 90_000_000)",
    "a value whose repr is a lie": "class A:\n    def __repr__(self): return 'x' * 50_000_000\nA()",
    "a value whose repr fails": "class A:\n    def __repr__(self): raise ValueError('no')\nA()",
    "a value whose repr is no text": "class A:\n    def __repr__(self): return 1\nA()",
    "many tasks": "import asyncio\nasync def f(): await asyncio.sleep(9)\n"
    "async def g(): await asyncio.gather(*[f() for _ in range(100_000)])\nasyncio.run(g())",
    "an expression as long as a book": "import re\nre.compile('(' * 10_000)",
    "an expression with a huge count": "import re\nre.compile('((a{1000}){1000}){1000}')",
    "a division by a huge number": "(7 ** 1_000_000) % (3 ** 700_000) == 0",
}
