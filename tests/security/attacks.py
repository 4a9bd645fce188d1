"""Attacks by family. Each prints REACHED when it reached its goal; PRELUDE is what an escape from a whitelist gives.

CANARY is a file of the host with SECRET in it, FOLDER the folder around it, OURS a file of our own code; PORT (TCP) and
UNIX (a socket's path) are listened to; HOST is the process that runs the engine. Each is harmless enough to be shown to
succeed outside the sandbox.
"""

from dataclasses import dataclass

PRELUDE = """
import statistics
sys = statistics.sys
module = sys.modules["builtins"].__import__
os, ctypes, socket, struct, real = module("os"), module("ctypes"), module("socket"), module("struct"), module("io")
libc = ctypes.CDLL(None, use_errno=True)
def reached(really=True):
    if really:
        os.write(1, b"REACHED\\n")
def called(*arguments):
    "Whether the kernel went on to look at the arguments of a system call, or let it through."
    ctypes.set_errno(0)
    return libc.syscall(*(ctypes.c_long(one) if isinstance(one, int) else one for one in arguments)) >= 0 \\
        or ctypes.get_errno() not in (1, 38)
x86 = os.uname().machine == "x86_64"
"""


@dataclass(frozen=True)
class Attack:
    """`code` runs after PRELUDE and the names of this module's docstring."""

    family: str
    name: str
    code: str
    needs: tuple[str, ...] = ()


def _family(family: str, *attacks: tuple[str, str]) -> list[Attack]:
    return [Attack(family, name, code) for name, code in attacks]


_READING = _family(
    "reading",
    ("open", "reached('SECRET' in real.open(CANARY).read())"),
    ("passwd", "reached('root' in real.open('/etc/passwd').read())"),
    ("our code", "reached(len(real.open(OURS).read()) > 0)"),
    ("the folder of our code", "reached(len(os.listdir(os.path.dirname(OURS))) > 0)"),
    ("a symbolic link", "os.symlink(CANARY, 'link'); reached('SECRET' in real.open('link').read())"),
    ("a hard link", "os.link(CANARY, 'hard'); reached('SECRET' in real.open('hard').read())"),
    ("traversal", "reached('SECRET' in real.open('../' * 40 + CANARY).read())"),
    ("list the root", "reached(len(os.listdir('/')) > 0)"),
    ("list the host's folder", "reached(len(os.listdir(FOLDER)) > 0)"),
    ("the host's environment", "reached(b'SECRET' in real.open(f'/proc/{HOST}/environ', 'rb').read())"),
    ("a process list", "reached(len(os.listdir('/proc')) > 0)"),
    ("mmap", "f = os.open(CANARY, os.O_RDONLY); reached(b'SECRET' in module('mmap').mmap(f, 0, prot=1)[:])"),
    ("sendfile", "f = os.open(CANARY, 0); o = os.open('copy', 66); reached(os.sendfile(o, f, 0, 9) > 0)"),
    ("a Python path", "sys.path.insert(0, FOLDER); reached(module('planted').GOAL)"),
)
_READING += [
    Attack(
        "reading", "pandas", "import pandas as pd\nreached('SECRET' in pd.read_csv(CANARY).to_csv())", needs=("pandas",)
    ),
    Attack("reading", "numpy", "import numpy as np\nreached(len(np.memmap(CANARY, mode='r')) > 0)", needs=("numpy",)),
    Attack(
        "reading",
        "pyarrow",
        "import pyarrow.csv as pc\nreached(pc.read_csv(CANARY).num_columns > 0)",
        needs=("pyarrow",),
    ),
]

_WRITING = _family(
    "writing",
    ("beside the canary", "real.open(FOLDER + '/mine', 'w').close(); reached()"),
    ("append to it", "real.open(CANARY, 'a').write('x'); reached()"),
    ("empty it while reading", "os.open(CANARY, os.O_RDONLY | os.O_TRUNC); reached()"),
    ("truncate by path", "os.truncate(CANARY, 1); reached()"),
    ("change its mode", "os.chmod(CANARY, 0o666); reached()"),
    ("change its times", "os.utime(CANARY, (1, 1)); reached()"),
    ("change its owner", "os.chown(CANARY, os.getuid(), -1); reached()"),
    ("give it an attribute", "os.setxattr(CANARY, 'user.x', b'1'); reached()"),
    ("rename it away", "os.rename(CANARY, CANARY + '.moved'); reached()"),
    ("delete it", "os.unlink(CANARY); reached()"),
    ("into a temporary folder", "real.open('/tmp/' + os.path.basename(FOLDER), 'w').close(); reached()"),
    ("into shared memory", "real.open('/dev/shm/' + os.path.basename(FOLDER), 'w').close(); reached()"),
    (
        "beside the guest's packages",
        "os.open(module('sysconfig').get_path('purelib'), os.O_TMPFILE | os.O_RDWR); reached()",
    ),
    ("a named pipe", "os.mkfifo(FOLDER + '/fifo'); reached()"),
)

_NETWORK = _family(
    "network",
    ("TCP", "socket.create_connection(('127.0.0.1', PORT), 2); reached()"),
    ("UDP", "s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.sendto(b'x', ('127.0.0.1', PORT)); reached()"),
    ("a Unix socket", "s = socket.socket(socket.AF_UNIX); s.connect(UNIX); reached()"),
    ("IPv6", "socket.socket(socket.AF_INET6); reached()"),
    ("netlink", "socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0); reached()"),
    ("a socket pair", "socket.socketpair(); reached()"),
    ("listen", "socket.create_server(('127.0.0.1', 0)); reached()"),
    ("io_uring", "reached(called(425, 1, ctypes.create_string_buffer(120)))"),
)

_PROCESSES = _family(
    "processes",
    ("fork", "pid = os.fork()\nif pid == 0: os._exit(0)\nreached()"),
    ("vfork of a program", "os.posix_spawn('/bin/true', ['true'], {}); reached()"),
    ("subprocess", "module('subprocess').run(['/bin/true']); reached()"),
    ("system", "reached(os.system('true') == 0)"),
    ("exec", "reached(called(59 if x86 else 221, ctypes.c_char_p(b'/no/such'), None, None))"),
    ("execveat", "reached(called(322 if x86 else 281, -100, ctypes.c_char_p(b'/no/such'), None, None, 0))"),
    ("multiprocessing", "module('multiprocessing').get_context('fork').Process(target=int).start(); reached()"),
    ("clone without a thread", "reached(called(56 if x86 else 220, 17, None, None, None, None) or os._exit(0))"),
    ("signal the host", "os.kill(HOST, 0); reached()"),
    ("signal the host's thread", "reached(called(234 if x86 else 131, HOST, HOST, 0))"),
    ("queue a signal", "reached(called(129 if x86 else 138, HOST, 0, struct.pack('iii', 0, 0, -1).ljust(128)))"),
    ("a pidfd of the host", "reached(called(434, HOST, 0))"),
    ("own a descriptor for the host", "module('fcntl').fcntl(0, 8, HOST); reached()"),
    ("choose the signal of a descriptor", "module('fcntl').fcntl(0, 10, 9); reached()"),
    ("trace the host", "reached(called(101 if x86 else 117, 0x4206, HOST, None, None))"),
    ("read the host's memory", "reached(called(310 if x86 else 270, HOST, None, 0, None, 0, 0))"),
)

_PRIVILEGES = _family(
    "privileges",
    ("become root", "reached(called(105 if x86 else 146, 0))"),
    ("user namespace", "reached(called(272 if x86 else 97, 0x10000000))"),
    ("join a namespace", "reached(called(308 if x86 else 268, -1, 0))"),
    (
        "mount",
        "reached(called(165 if x86 else 40, ctypes.c_char_p(b'x'), ctypes.c_char_p(b'/no/such'), None, 0, None))",
    ),
    ("open the new mount calls", "reached(called(430, ctypes.c_char_p(b'no-such-fs'), 0))"),
    ("chroot", "reached(called(161 if x86 else 51, ctypes.c_char_p(b'/no/such')))"),
    ("make a device", "reached(called(259 if x86 else 33, -100, ctypes.c_char_p(b'/no/such/x'), 0o20666, 0x101))"),
    ("raise a limit", "r = module('resource'); r.setrlimit(r.RLIMIT_NOFILE, r.getrlimit(r.RLIMIT_NOFILE)); reached()"),
    ("raise a limit of the host", "r = module('resource'); r.prlimit(HOST, r.RLIMIT_CORE, (0, 0)); reached()"),
    ("outlive the zygote", "reached(libc.prctl(1, 0, 0, 0, 0) == 0)"),
    ("become readable", "reached(libc.prctl(4, 1, 0, 0, 0) == 0)"),
    ("a filter of its own", "reached(called(317 if x86 else 277, 1, 0, None))"),
    ("a file in memory", "os.memfd_create('x'); reached()"),
    ("bpf", "reached(called(321 if x86 else 280, 999, None, 0))"),
    ("keyctl", "reached(called(250 if x86 else 219, 0, -1, 0))"),
    ("add a key", "reached(called(248 if x86 else 217, None, None, None, 0, 0))"),
    ("userfaultfd", "reached(called(323 if x86 else 282, 0xFFFF))"),
    ("perf", "reached(called(298 if x86 else 241, None, 0, -1, -1, 0))"),
    ("a file handle", "reached(called(303 if x86 else 264, -100, ctypes.c_char_p(b'.'), None, None, 0))"),
    ("shared memory", "reached(called(29 if x86 else 194, 0, 0, 0o600))"),
    ("a message queue", "reached(called(240 if x86 else 180, ctypes.c_char_p(b'x'), 0, 0, None))"),
    ("watch files", "reached(called(294 if x86 else 26, 0))"),
    ("the kernel's log", "reached(called(103 if x86 else 116, 10, None, 0))"),
    ("the host's name", "reached(called(170 if x86 else 161, None, -1))"),
    ("reboot", "reached(called(169 if x86 else 142, 0, 0, 0, None))"),
    ("the clock", "reached(called(227 if x86 else 112, 0, None))"),
)

# Outside the sandbox these may need root, so that an ordinary user cannot show that they work.
NEED_ROOT = frozenset(
    (
        "become root",
        "open the new mount calls",
        "bpf",
        "userfaultfd",
        "the host's name",
        "reboot",
        "the clock",
        "chroot",
        "trace the host",
        "the kernel's log",
    )
)

ATTACKS = [*_READING, *_WRITING, *_NETWORK, *_PROCESSES, *_PRIVILEGES]
