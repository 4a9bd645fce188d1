"""Attacks that make processes, or reach for the host's own."""

from tests.security.attack import family

_NEW = family(
    "new processes",
    ("fork", "pid = os.fork()\nif pid == 0: os._exit(0)\nreached()"),
    ("vfork of a program", "os.posix_spawn('/bin/true', ['true'], {}); reached()"),
    ("subprocess", "module('subprocess').run(['/bin/true']); reached()"),
    ("system", "reached(os.system('true') == 0)"),
    ("popen", "os.popen('echo x').read(); reached()"),
    ("exec", "reached(called(59 if x86 else 221, ctypes.c_char_p(b'/no/such'), None, None))"),
    ("execveat", "reached(called(322 if x86 else 281, -100, ctypes.c_char_p(b'/no/such'), None, None, 0))"),
    ("multiprocessing", "module('multiprocessing').get_context('fork').Process(target=int).start(); reached()"),
    (
        "clone without a thread",
        "n = libc.syscall(56 if x86 else 220, 17, 0, 0, 0, 0)\nif n == 0: os._exit(0)\nreached(n > 0)",
    ),
    ("clone3", "reached(called(435, None, 0))"),
    (
        "a daemon that outlives the job",
        "if os.fork() == 0:\n    os.setsid()\n    os.fork() or module('time').sleep(1)\n    os._exit(0)\nreached()",
    ),
    ("a shell on a terminal", "pid, fd = module('pty').fork()\nif pid == 0: os._exit(0)\nreached()"),
)

_HOST = family(
    "the host",
    ("its environment", "reached(b'SECRET' in real.open(f'/proc/{HOST}/environ', 'rb').read())"),
    ("a process list", "reached(len(os.listdir('/proc')) > 0)"),
    ("its root", "reached('SECRET' in real.open(f'/proc/{HOST}/root{CANARY}').read())"),
    ("its folder", "reached(os.listdir(f'/proc/{HOST}/cwd/'))"),
    ("its descriptors", "reached(os.listdir(f'/proc/{HOST}/fd'))"),
    ("its map of memory", "reached(real.open(f'/proc/{HOST}/maps').read())"),
    ("its memory as a file", "reached(os.open(f'/proc/{HOST}/mem', os.O_RDONLY) > 0)"),
    ("its command line", "reached(real.open(f'/proc/{HOST}/cmdline').read())"),
    ("the machine behind one's own root", "reached('SECRET' in real.open('/proc/self/root' + CANARY).read())"),
    ("one's own memory as a file", "reached(os.open('/proc/self/mem', os.O_RDWR) > 0)"),
    ("one's own environment as a file", "reached(b'SECRET' in real.open('/proc/self/environ', 'rb').read())"),
    ("one's own environment", "reached(any('SECRET' in value for value in os.environ.values()))"),
    (
        "the environment of C",
        "libc.getenv.restype = ctypes.c_char_p\nreached(b'SECRET' in (libc.getenv(b'KEY') or b''))",
    ),
    ("signal it", "os.kill(HOST, 0); reached()"),
    ("signal its thread", "reached(called(234 if x86 else 131, HOST, HOST, 0))"),
    ("signal its group", "os.killpg(os.getpgid(HOST), 0); reached()"),
    ("queue a signal", "reached(called(129 if x86 else 138, HOST, 0, struct.pack('iii', 0, 0, -1).ljust(128)))"),
    ("a pidfd of it", "reached(called(434, HOST, 0))"),
    ("own a descriptor for it", "module('fcntl').fcntl(0, 8, HOST); reached()"),
    ("choose the signal of a descriptor", "module('fcntl').fcntl(0, 10, 9); reached()"),
    ("read its memory", "reached(called(310 if x86 else 270, HOST, None, 0, None, 0, 0))"),
    ("write its memory", "reached(called(311 if x86 else 271, HOST, None, 0, None, 0, 0))"),
    ("compare with it", "reached(called(312 if x86 else 272, HOST, HOST, 0, 0, 0))"),
    ("be traced by it", "reached(called(101 if x86 else 117, 0, 0, None, None))"),
)
_HOST += family(
    "the host", ("trace it", "reached(called(101 if x86 else 117, 0x4206, HOST, None, None))"), shown_by="root"
)

PROCESSES = [*_NEW, *_HOST]
