"""Attacks that speak: sockets of every family, our own ports, the cloud's metadata, descriptors through the channel."""

from tests.security.attack import family

_SOCKET = "s = socket.socket(socket.AF_INET{}, socket.SOCK_{})\n"
_TCP, _UDP = _SOCKET.format("", "STREAM"), _SOCKET.format("", "DGRAM")

_SOCKETS = family(
    "sockets",
    ("TCP", "socket.create_connection(('127.0.0.1', PORT), 2); reached()"),
    ("UDP", _UDP + "s.sendto(b'x', ('127.0.0.1', PORT)); reached()"),
    ("a Unix socket", "s = socket.socket(socket.AF_UNIX); s.connect(UNIX); reached()"),
    ("an abstract Unix socket", "s = socket.socket(socket.AF_UNIX); s.connect(ABSTRACT); reached()"),
    ("Unix datagrams", "socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); reached()"),
    ("Unix packets", "socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET); reached()"),
    ("IPv6", "socket.socket(socket.AF_INET6); reached()"),
    ("netlink", "socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0); reached()"),
    ("a socket pair", "socket.socketpair(); reached()"),
    ("listen", "socket.create_server(('127.0.0.1', 0)); reached()"),
    ("any family", "reached(one_of(lambda f: socket.socket(f, 2).close() or True, range(1, 46)))"),
    ("any kind", "reached(one_of(lambda k: socket.socket(2, k).close() or True, range(1, 12)))"),
    ("the channel connects elsewhere", "reached(called(42 if x86 else 203, 3, bytes(16), 16))"),
    ("the channel is asked for its peer", "reached(called(52 if x86 else 205, 3, bytes(16), bytes(4)))"),
)
_SOCKETS += family(
    "sockets",
    ("raw packets", "socket.socket(socket.AF_PACKET, socket.SOCK_RAW); reached()"),
    ("raw IP", "socket.socket(socket.AF_INET, socket.SOCK_RAW, 1); reached()"),
    shown_by="root",
)

_METADATA = family(
    "cloud metadata and names",
    ("metadata", _TCP + "s.setblocking(False); reached(allowed(s.connect, ('169.254.169.254', 80)))"),
    ("metadata by UDP", _UDP + "reached(allowed(s.sendto, b'x', ('169.254.169.254', 53)))"),
    (
        "an address of ours by urllib",
        "module('urllib.request'); u = sys.modules['urllib.request'].urlopen\n"
        "reached(allowed(u, f'http://127.0.0.1:{PORT}', None, 0.2))",
    ),
    ("metadata by IPv6", _SOCKET.format("6", "DGRAM") + "reached(allowed(s.sendto, b'x', ('fd00:ec2::254', 80)))"),
    ("a name server", _UDP + "reached(allowed(s.sendto, b'x', ('127.0.0.53', 53)))"),
)

_DESCRIPTORS = family(
    "descriptors",
    ("one that was left open", "reached(one_of(lambda f: b'SECRET' in os.pread(f, 99, 0), range(3, 256)))"),
    ("send one through the channel", "reached(called(46 if x86 else 211, 3, None, 0))"),
    ("receive one from the channel", "reached(called(47 if x86 else 212, 3, None, 0x40))"),
    ("receive many", "reached(called(299 if x86 else 243, 3, None, 0, 0x40, None))"),
    ("take one of the host", "reached(called(438, 3, 0, 0))"),
    ("splice", "r, w = os.pipe()\nf = os.open(CANARY, 0)\nreached(os.splice(f, w, 9) > 0)"),
    ("tee", "reached(called(276 if x86 else 77, 0, 1, 0, 0))"),
    ("vmsplice", "r, w = os.pipe()\nreached(called(278 if x86 else 75, w, None, 0, 0))"),
    ("a signal for a descriptor", "module('fcntl').fcntl(0, 8, os.getpid()); reached()"),
    ("a lease", "reached(called(72 if x86 else 25, os.open('own', 66), 1024, 1))"),
    ("watch a folder", "reached(called(72 if x86 else 25, os.open('.', 0), 1026, 1))"),
    ("a bigger pipe", "r, w = os.pipe(); module('fcntl').fcntl(w, 1031, 2**20); reached()"),
    ("simulate typing", "reached(called(16 if x86 else 29, 0, 0x5412, b'x'))"),
)

_RINGS = family(
    "io_uring",
    ("set up", "reached(called(425, 1, ctypes.create_string_buffer(120)))"),
    ("enter", "reached(called(426, 0, 0, 0, 0, None))"),
    ("register", "reached(called(427, 0, 0, None, 0))"),
    ("the older way", "reached(called(206 if x86 else 0, 1, ctypes.create_string_buffer(8)))"),
)

NETWORK = [*_SOCKETS, *_METADATA, *_DESCRIPTORS, *_RINGS]
