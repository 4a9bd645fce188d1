"""What an attack is, and what the attacks on `cpython` begin with.

CANARY is a file of the host with SECRET in it, FOLDER the folder around it, OURS a file of our own code; PORT (TCP),
UNIX (a socket's path) and ABSTRACT (an abstract socket's name) are listened to; HOST is the process that runs the
engine. NEIGHBOURS are all processes below it, DIARIES and SECRETS the scratch files and inputs of a REPL that lives
beside the attack, JOBS the folder around them. Each attack is harmless enough to be shown to succeed outside.
"""

from dataclasses import dataclass

# `statistics.sys` is what an escape from the whitelist gives: the whitelist is not the boundary.
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
def allowed(deed, *arguments):
    "Whether something was let through, however it went on."
    try:
        deed(*arguments)
    except OSError as error:
        return getattr(getattr(error, "reason", error), "errno", None) not in (1, 13, 38)
    return True
def one_of(deed, things):
    "Whether a deed succeeds with any of the things."
    for thing in things:
        try:
            if deed(thing):
                return True
        except OSError:
            pass
    return False
x86 = os.uname().machine == "x86_64"
"""


@dataclass(frozen=True)
class Attack:
    """`code` runs after PRELUDE (unless `alone`) and the names of this module's docstring.

    `needs` are packages of the guest; `shown_by` is "root" where an ordinary user cannot do it outside either. An
    attack on the next tenant `plants` something first, in a REPL of its own.
    """

    family: str
    name: str
    code: str
    needs: tuple[str, ...] = ()
    shown_by: str = "anybody"
    alone: bool = False
    plants: str | None = None

    def __str__(self) -> str:
        return f"{self.family}-{self.name}"

    def script(self, names: str) -> str:
        return (names if self.alone else PRELUDE + names) + self.code


def family(name: str, *attacks: tuple[str, str], shown_by: str = "anybody", alone: bool = False) -> list[Attack]:
    """Attacks that need no package."""
    return [Attack(name, each, code, shown_by=shown_by, alone=alone) for each, code in attacks]
