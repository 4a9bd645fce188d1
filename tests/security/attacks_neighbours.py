"""Attacks on a REPL that lives beside: its process, its scratch folder, its inputs; and on zygotes and templates."""

from tests.security.attack import family

_PROCESSES = family(
    "neighbours' processes",
    ("look for one", "reached(one_of(lambda p: os.kill(p, 0) is None, NEIGHBOURS))"),
    ("stop one", "reached(one_of(lambda p: os.kill(p, 19) is None, NEIGHBOURS))"),
    ("kill one", "reached(one_of(lambda p: os.kill(p, 9) is None, NEIGHBOURS))"),
    ("signal its thread", "reached(one_of(lambda p: called(234 if x86 else 131, p, p, 0), NEIGHBOURS))"),
    ("signal its group", "reached(one_of(lambda p: os.killpg(os.getpgid(p), 0) is None, NEIGHBOURS))"),
    (
        "queue a signal",
        "info = struct.pack('iii', 0, 0, -1).ljust(128)\n"
        "reached(one_of(lambda p: called(129 if x86 else 138, p, 0, info), NEIGHBOURS))",
    ),
    ("a pidfd", "reached(one_of(lambda p: called(434, p, 0), NEIGHBOURS))"),
    ("read its memory", "reached(one_of(lambda p: called(310 if x86 else 270, p, 0, 0, 0, 0, 0), NEIGHBOURS))"),
    ("write its memory", "reached(one_of(lambda p: called(311 if x86 else 271, p, 0, 0, 0, 0, 0), NEIGHBOURS))"),
    ("its memory as a file", "reached(one_of(lambda p: os.open(f'/proc/{p}/mem', os.O_RDWR) > 0, NEIGHBOURS))"),
    ("its folder by its process", "reached(one_of(lambda p: os.listdir(f'/proc/{p}/cwd/'), NEIGHBOURS))"),
    ("its root by its process", "reached(one_of(lambda p: os.listdir(f'/proc/{p}/root/'), NEIGHBOURS))"),
    ("its descriptors", "reached(one_of(lambda p: os.listdir(f'/proc/{p}/fd'), NEIGHBOURS))"),
    ("its environment", "reached(one_of(lambda p: real.open(f'/proc/{p}/environ', 'rb').read(), NEIGHBOURS))"),
    ("its limits", "r = module('resource')\nreached(one_of(lambda p: r.prlimit(p, r.RLIMIT_CPU), NEIGHBOURS))"),
    ("its processors", "reached(one_of(lambda p: os.sched_setaffinity(p, {0}) is None, NEIGHBOURS))"),
    ("its priority", "reached(one_of(lambda p: os.setpriority(os.PRIO_PROCESS, p, 19) is None, NEIGHBOURS))"),
    (
        "its scheduling",
        "reached(one_of(lambda p: os.sched_setscheduler(p, 5, os.sched_param(0)) is None, NEIGHBOURS))",
    ),
    ("its priority for the disk", "reached(one_of(lambda p: called(251 if x86 else 30, 1, p, 0x6000), NEIGHBOURS))"),
    (
        "have the kernel end it first",
        "reached(one_of(lambda p: real.open(f'/proc/{p}/oom_score_adj', 'w'), NEIGHBOURS))",
    ),
)
_PROCESSES += family(
    "neighbours' processes",
    ("trace it", "reached(one_of(lambda p: called(101 if x86 else 117, 0x4206, p, 0, 0), NEIGHBOURS))"),
    shown_by="root",
)

_FILES = family(
    "neighbours' files",
    ("its scratch file", "reached(one_of(lambda f: 'SECRET' in real.open(f).read(), DIARIES))"),
    ("its input", "reached(one_of(lambda f: 'SECRET' in real.open(f).read(), SECRETS))"),
    ("its input, where the host keeps it", "reached('SECRET' in real.open(STORED).read())"),
    ("list the folders of all", "reached(os.listdir(JOBS))"),
    (
        "walk the folders of all",
        "reached(any('diary' in names or 'secret.csv' in names for _, _, names in os.walk(JOBS)))",
    ),
    (
        "go up and look",
        "up = [os.path.relpath(f) for f in [*DIARIES, *SECRETS]]\n"
        "reached(one_of(lambda f: 'SECRET' in real.open(f).read(), up))",
    ),
    ("write its diary", "reached(one_of(lambda f: real.open(f, 'a').write('x'), DIARIES))"),
    ("delete its diary", "reached(one_of(lambda f: os.unlink(f) is None, DIARIES))"),
    ("plant a link for it", "reached(one_of(lambda f: os.symlink('/', f + '2') is None, DIARIES))"),
    ("open its folder to all", "reached(one_of(lambda f: os.chmod(os.path.dirname(f), 0o777) is None, DIARIES))"),
    ("write its input", "reached(one_of(lambda f: os.chmod(f, 0o666) is None, SECRETS))"),
    ("lock its input", "reached(one_of(lambda f: module('fcntl').flock(os.open(f, 0), 2) is None, SECRETS))"),
)
_FILES += family(
    "neighbours' files",
    (
        "a file handle of its input",
        "reached(called(303 if x86 else 264, -100, STORED.encode(), struct.pack('Ii', 0, 0), bytes(4), 0))",
    ),
)

NEIGHBOURS = [*_PROCESSES, *_FILES]
