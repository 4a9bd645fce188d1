"""Every limit ends the one REPL that passes it, says so with its figure, and leaves the others alone."""

import pytest

from orchestration.states import ErrorKind
from tests.security.attacks import PRELUDE
from tests.support.sandbox import Sandbox

MB = 1024**2
SLEEPER = "import time\ntime.sleep(0.3)\n'slept'"


def test_a_repl_that_never_answers_is_timed_out_at_its_own_deadline_and_its_neighbours_finish(sandbox: Sandbox) -> None:
    # given one that never ends among others with longer deadlines
    endless = sandbox.submit("print('so far')\nwhile True: pass", timeout_s=1.0)
    others = [sandbox.submit(f"{number} * 2") for number in range(10)]
    # when
    outcome = sandbox.outcome(endless)
    # then
    assert outcome.error_kind is ErrorKind.TIMED_OUT
    assert outcome.stdout == "so far\n"
    assert outcome.stderr == "timed out after 1 s\n"
    assert [sandbox.outcome(other).value for other in others] == [str(number * 2) for number in range(10)]


@pytest.mark.parametrize(
    "code",
    [
        "import time\ntime.sleep(60)",
        "sum(range(10**12))",
        PRELUDE + "s = module('signal')\nfor n in range(1, 65):\n    libc.signal(n, 1)\nwhile True: pass",
        PRELUDE + "s = module('signal')\ns.pthread_sigmask(s.SIG_BLOCK, range(1, 65))\nwhile True: sum(range(10**6))",
        PRELUDE + "t = module('threading').Thread(target=lambda: sum(range(10**12)))\nt.start()\nt.join()",
        PRELUDE + "libc.raise_ = libc['raise']\nlibc.raise_(19)\n'went on'",
        "try:\n    while True: pass\nexcept BaseException: print('caught')",
        "import re\nre.match('(a+)+b', 'a' * 60)",
    ],
    ids=[
        "sleeping",
        "C code",
        "every signal ignored",
        "every signal blocked",
        "a thread",
        "stops itself",
        "catches everything",
        "regular expression",
    ],
)
def test_no_code_outlives_its_deadline(sandbox: Sandbox, code: str) -> None:
    outcome = sandbox.run(code, timeout_s=0.7)
    assert outcome.error_kind is ErrorKind.TIMED_OUT
    assert "caught" not in outcome.stdout


@pytest.mark.parametrize(
    "code",
    [
        "held = []\nwhile True: held.append(bytearray(10**6))",
        "'x' * 10**10",
        "list(range(10**9))",
        PRELUDE + "held = []\nwhile True: held.append(module('mmap').mmap(-1, 2**24))",
        "held = {}\nfor i in range(10**9): held[i] = str(i)",
        "import array\narray.array('d', [0.0]) * 10**9",
        PRELUDE + "held = [ctypes.create_string_buffer(2**24) for _ in range(10**6)]",
        PRELUDE
        + "libc.malloc.restype = ctypes.c_void_p\nfor _ in range(99): ctypes.memset(libc.malloc(2**24), 1, 2**24)",
        "class Endless(dict):\n    def __repr__(self): return 'x' * 10**9\nEndless()",
    ],
    ids=["bytes", "one string", "a list", "mmap", "a dict", "an array", "buffers", "malloc", "its repr"],
)
def test_too_much_memory_is_named_with_the_limit_and_neighbours_are_untouched(sandbox: Sandbox, code: str) -> None:
    # given
    neighbour = sandbox.submit(SLEEPER)
    # when
    outcome = sandbox.run(code, memory_bytes=200 * MB)
    # then
    assert outcome.error_kind in (ErrorKind.OUT_OF_MEMORY, ErrorKind.EXCEPTION), outcome
    if outcome.error_kind is ErrorKind.EXCEPTION:
        assert "Cannot allocate memory" in (outcome.stderr or "")
    else:
        assert (outcome.stderr or "").endswith("out of memory: the limit is 200 MB\n")
    assert sandbox.outcome(neighbour).value == "'slept'"


def test_a_job_that_keeps_to_its_memory_succeeds(sandbox: Sandbox) -> None:
    assert sandbox.run("len(bytearray(150 * 2**20))", memory_bytes=256 * MB).value == str(150 * MB)


@pytest.mark.parametrize(
    "code",
    [
        "while True: print('line')",
        "while True: print('x' * 10**6, end='')",
        PRELUDE + "while True: os.write(1, bytes(range(256)) * 4096)",
        PRELUDE + "while True: os.write(2, b'x' * 65536)",
    ],
    ids=["lines", "no newline", "binary", "standard error"],
)
def test_endless_output_ends_the_repl_and_head_and_tail_are_kept(sandbox: Sandbox, code: str) -> None:
    outcome = sandbox.run(code, output_bytes=4096)
    assert outcome.error_kind is ErrorKind.OUTPUT_LIMIT
    assert (outcome.stderr or "").endswith("printed more than 4 MB; it was ended\n")
    assert len(outcome.stdout.encode()) + len((outcome.stderr or "").encode()) <= 4096
    assert "bytes cut ...]" in outcome.stdout + (outcome.stderr or "")
    assert "\0" not in outcome.stdout


def test_long_output_of_a_job_that_ends_is_cut_in_the_middle_and_no_error(sandbox: Sandbox) -> None:
    outcome = sandbox.run("for i in range(10_000): print(i)", output_bytes=1000)
    assert outcome.is_success
    assert outcome.stdout.startswith("0\n1\n2\n")
    assert outcome.stdout.endswith("9998\n9999\n")
    assert len(outcome.stdout.encode()) <= 1000


@pytest.mark.parametrize(
    "code",
    [
        "for number in range(20_000): open(f'file{number}', 'w').close()",
        "for number in range(20_000):\n    import pathlib\n    pathlib.Path(f'folder{number}').mkdir()",
        "with open('big', 'wb') as file:\n    for _ in range(1024): file.write(bytes(2**20))",
        "for number in range(64):\n    with open(f'part{number}', 'wb') as file: file.write(bytes(2**21))",
        PRELUDE + "f = os.open('sparse', 66)\nos.posix_fallocate(f, 0, 2**30)",
    ],
    ids=["20,000 files", "20,000 folders", "1 GB", "many parts", "allocated at once"],
)
def test_a_full_scratch_folder_is_named_with_its_limit(sandbox: Sandbox, code: str) -> None:
    # when
    outcome = sandbox.run(code + "\nimport time\ntime.sleep(2)\n'all written'")
    # then
    assert outcome.error_kind is ErrorKind.OUTPUT_LIMIT, outcome
    assert (outcome.stderr or "").endswith("the scratch folder is full: the limit is 64 MB in 1000 files\n")
    assert outcome.value is None


@pytest.mark.parametrize(
    "code",
    [
        PRELUDE + "while True:\n    try: os.fork()\n    except OSError: pass",
        PRELUDE + "t = module('threading')\nwhile True: t.Thread(target=module('time').sleep, args=(60,)).start()",
        "def down(): return down()\ndown()",
        PRELUDE + "sys.setrecursionlimit(10**9)\ndef down(n): return down(n + 1) + down(n)\ndown(0)",
        PRELUDE + "ctypes.string_at(0)",
        PRELUDE + "os._exit(0)",
        PRELUDE + "os.abort()",
        PRELUDE + "libc.raise_ = libc['raise']\nlibc.raise_(9)",
        PRELUDE + "os.close(3)\nmodule('time').sleep(60)",
        PRELUDE + "os.closerange(0, 256)\nmodule('time').sleep(60)",
        "raise SystemExit(1)",
        "raise KeyboardInterrupt",
        "[][0]",
    ],
    ids=[
        "fork bomb",
        "thread bomb",
        "recursion",
        "recursion without limit",
        "segmentation fault",
        "exit",
        "abort",
        "kills itself",
        "closes its channel",
        "closes everything",
        "SystemExit",
        "KeyboardInterrupt",
        "an exception",
    ],
)
def test_a_repl_that_ruins_itself_fails_alone(sandbox: Sandbox, code: str) -> None:
    # given
    neighbours = [sandbox.submit(SLEEPER) for _ in range(3)]
    # when
    outcome = sandbox.run(code, timeout_s=2.0)
    # then
    assert not outcome.is_success
    assert outcome.error_kind is not None
    assert outcome.stderr
    assert [sandbox.outcome(neighbour).value for neighbour in neighbours] == ["'slept'"] * 3


def test_threads_are_bounded_but_allowed(sandbox: Sandbox) -> None:
    code = """
made = []
try:
    while len(made) < 1000:
        made.append(module('threading').Thread(target=module('time').sleep, args=(1,), daemon=True))
        made[-1].start()
except (RuntimeError, MemoryError):
    pass
"""
    outcome = sandbox.run(PRELUDE + code + "4 < len(made) < 100")
    assert outcome.value == "True", outcome
