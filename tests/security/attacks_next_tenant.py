"""Attacks on whoever comes next: one REPL plants, the next one looks whether it is there."""

from tests.security.attack import Attack

_PAIRS = {
    "a file in the scratch folder": ("real.open('left', 'w').close()", "os.path.exists('left')"),
    "a file in the outputs": (
        "os.makedirs('outputs', exist_ok=True); real.open('outputs/left', 'w').close()",
        "os.path.exists('outputs/left')",
    ),
    "a file at home": (
        "real.open(os.environ['HOME'] + '/left', 'w').close()",
        "os.path.exists(os.environ['HOME'] + '/left')",
    ),
    "a temporary file": (
        "real.open(module('tempfile').gettempdir() + '/left', 'w').close()",
        "os.path.exists(module('tempfile').gettempdir() + '/left')",
    ),
    "a changed folder": ("os.mkdir('left'); os.chdir('left')", "os.getcwd().endswith('/left')"),
    "a builtin": ("module('builtins').left = 1", "hasattr(module('builtins'), 'left')"),
    "a changed builtin": ("module('builtins').sorted = reversed", "type(sorted([1])) is not list"),
    "a module": ("sys.modules['left'] = sys", "'left' in sys.modules"),
    "a changed library": ("module('json').loads = lambda *_: 'left'", "module('json').loads('1') == 'left'"),
    "a changed class": ("module('argparse').Namespace.left = 1", "hasattr(module('argparse').Namespace, 'left')"),
    "a search path": ("sys.path.insert(0, '/left')", "'/left' in sys.path"),
    "an import hook": ("sys.meta_path.append(7)", "7 in sys.meta_path"),
    "a trace function": ("sys.settrace(lambda *_: None)", "sys.gettrace() is not None"),
    "an exception hook": ("sys.excepthook = print", "sys.excepthook is print"),
    "an environment variable": ("os.environ['LEFT'] = '1'", "'LEFT' in os.environ"),
    "the environment of C": ("libc.setenv(b'LEFT', b'1', 1)", "libc.getenv(b'LEFT') != 0"),
    "a umask": ("os.umask(0o707)", "os.umask(0) == 0o707"),
    "a signal handler": (
        "s = module('signal'); s.signal(s.SIGUSR1, s.SIG_IGN)",
        "module('signal').getsignal(10) == module('signal').SIG_IGN",
    ),
    "a blocked signal": (
        "module('signal').pthread_sigmask(0, {12})",
        "12 in module('signal').pthread_sigmask(0, set())",
    ),
    "an alarm": ("module('signal').setitimer(0, 100)", "module('signal').getitimer(0)[0] > 0"),
    "a thread": (
        "module('threading').Thread(target=module('time').sleep, args=(9,), daemon=True).start()",
        "module('threading').active_count() > 1",
    ),
    "a seed": ("module('random').seed(1)", "module('random').random() == 0.13436424411240122"),
    "a recursion limit": ("sys.setrecursionlimit(4711)", "sys.getrecursionlimit() == 4711"),
    "an open descriptor": ("os.dup2(1, 200)", "one_of(lambda f: os.fstat(f), [200])"),
    "a garbage collector that is off": ("module('gc').disable()", "not module('gc').isenabled()"),
    "a number that is another": (
        "ctypes.c_uint32.from_address(id(250) + 24).value = 251",
        "str(int('250')) == '251'",
    ),
    "shared memory": (
        "libc.shmget(4711, 4096, 0o1666)",
        "(at := libc.shmget(4711, 0, 0)) >= 0 and libc.shmctl(at, 0, None) == 0",
    ),
    "a semaphore": (
        "libc.semget(4711, 1, 0o1666)",
        "(at := libc.semget(4711, 0, 0)) >= 0 and libc.semctl(at, 0, 0) == 0",
    ),
    "a message queue": (
        "libc.msgget(4711, 0o1666)",
        "(at := libc.msgget(4711, 0)) >= 0 and libc.msgctl(at, 0, None) == 0",
    ),
    "a priority": ("os.nice(3)", "os.nice(0) >= 3"),
    "a name of the process": (
        "libc.prctl(15, b'left', 0, 0, 0)",
        "(n := ctypes.create_string_buffer(16)) and libc.prctl(16, n) == 0 and n.value == b'left'",
    ),
    "a secret in a variable": ("left = 'SECRET'", "'SECRET' in globals().get('left', '')"),
}

NEXT_TENANT = [
    Attack("state for the next tenant", name, f"reached({look})", plants=plant)
    for name, (plant, look) in _PAIRS.items()
]
