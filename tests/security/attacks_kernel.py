"""Attacks on the kernel's doors: privileges, namespaces, devices, limits, and calls that have been ways out before."""

from tests.security.attack import family

_PRIVILEGES = family(
    "privileges",
    ("user namespace", "reached(called(272 if x86 else 97, 0x10000000))"),
    ("join a namespace", "reached(called(308 if x86 else 268, -1, 0))"),
    (
        "mount",
        "reached(called(165 if x86 else 40, ctypes.c_char_p(b'x'), ctypes.c_char_p(b'/no/such'), None, 0, None))",
    ),
    ("raise a limit", "r = module('resource'); r.setrlimit(r.RLIMIT_NOFILE, r.getrlimit(r.RLIMIT_NOFILE)); reached()"),
    ("raise a limit by the older call", "reached(called(160 if x86 else 164, 7, struct.pack('QQ', 64, 64)))"),
    ("raise a limit of the host", "r = module('resource'); r.prlimit(HOST, r.RLIMIT_CORE, (0, 0)); reached()"),
    ("outlive the zygote", "reached(libc.prctl(1, 0, 0, 0, 0) == 0)"),
    ("become readable", "reached(libc.prctl(4, 1, 0, 0, 0) == 0)"),
    ("collect orphans", "reached(libc.prctl(36, 1, 0, 0, 0) == 0)"),
    (
        "let anybody trace",
        "reached(libc.prctl(15, b'x', 0, 0, 0) == 0 and called(157 if x86 else 167, 0x59616D61, -1, 0, 0, 0))",
    ),
    ("a filter of its own", "reached(called(317 if x86 else 277, 1, 0, None))"),
    ("another personality", "reached(called(135 if x86 else 92, 0xFFFFFFFF))"),
    ("a new session", "reached(called(109 if x86 else 154, 0, 0))"),
    ("a priority", "reached(called(141 if x86 else 140, 0, 0, 5))"),
    ("lock memory", "reached(called(149 if x86 else 228, None, 0))"),
)
_PRIVILEGES += family(
    "privileges",
    ("become root", "reached(called(105 if x86 else 146, 0))"),
    ("become root as a group", "reached(called(106 if x86 else 144, 0))"),
    ("take groups", "reached(called(116 if x86 else 159, 0, None))"),
    ("every right", "reached(called(126 if x86 else 91, struct.pack('Ii', 0x20080522, 0), bytes(24)))"),
    ("open the new mount calls", "reached(called(430, ctypes.c_char_p(b'no-such-fs'), 0))"),
    ("a tree of mounts", "reached(called(428, -100, b'.', 0))"),
    ("change a mount", "reached(called(442, -100, b'.', 0, None, 0))"),
    ("another root", "reached(called(155 if x86 else 41, b'/no/such', b'/no/such'))"),
    ("unmount", "reached(called(166 if x86 else 39, b'/no/such', 0))"),
    ("chroot", "reached(called(161 if x86 else 51, ctypes.c_char_p(b'/no/such')))"),
    ("the host's name", "reached(called(170 if x86 else 161, None, -1))"),
    ("reboot", "reached(called(169 if x86 else 142, 0, 0, 0, None))"),
    ("the clock", "reached(called(227 if x86 else 112, 0, None))"),
    ("swap", "reached(called(167 if x86 else 224, b'/no/such', 0))"),
    ("the kernel's log", "reached(called(103 if x86 else 116, 10, None, 0))"),
    ("quotas", "reached(called(179 if x86 else 60, 0, b'/no/such', 0, None))"),
    ("accounting", "reached(called(163 if x86 else 89, b'/no/such'))"),
    shown_by="root",
)

_DOORS = family(
    "kernel doors",
    ("make a device", "reached(called(259 if x86 else 33, -100, ctypes.c_char_p(b'/no/such/x'), 0o20666, 0x101))"),
    ("a file in memory", "os.memfd_create('x'); reached()"),
    ("a secret file in memory", "reached(called(447, 0))"),
    ("keyctl", "reached(called(250 if x86 else 219, 0, -1, 0))"),
    ("add a key", "reached(called(248 if x86 else 217, None, None, None, 0, 0))"),
    ("ask for a key", "reached(called(249 if x86 else 218, None, None, None, 0))"),
    ("perf", "reached(called(298 if x86 else 241, None, 0, -1, -1, 0))"),
    ("a file handle", "reached(called(303 if x86 else 264, -100, ctypes.c_char_p(b'.'), None, None, 0))"),
    ("shared memory", "reached(called(29 if x86 else 194, 0, 0, 0o600))"),
    ("a message queue", "reached(called(240 if x86 else 180, ctypes.c_char_p(b'x'), 0, 0, None))"),
    ("watch files", "reached(called(294 if x86 else 26, 0))"),
    ("signals as a file", "reached(called(289 if x86 else 74, -1, bytes(8), 8, 0))"),
    ("timers as a file", "reached(called(283 if x86 else 85, 1, 0))"),
    ("pages of others", "reached(called(279 if x86 else 239, 0, 0, None, None, None, 0))"),
    ("advise another's memory", "reached(called(440, -1, None, 0, 0, 0))"),
    ("memory keys", "reached(called(330 if x86 else 289, 0, 0))"),
    ("which pages are cached", "reached(called(27 if x86 else 232, 0, 0, None))"),
    ("memory policy", "reached(called(238 if x86 else 237, 0, None, 0))"),
    ("wait for children", "reached(called(61 if x86 else 260, -1, None, 1, None))"),
)
_DOORS += family(
    "kernel doors",
    ("bpf", "reached(called(321 if x86 else 280, 999, None, 0))"),
    ("userfaultfd", "reached(called(323 if x86 else 282, 0xFFFF))"),
    ("watch everything", "reached(called(300 if x86 else 262, 0, 0))"),
    ("a file by its handle", "reached(called(304 if x86 else 265, -100, None, 0))"),
    shown_by="root",
)

KERNEL = [*_PRIVILEGES, *_DOORS]
