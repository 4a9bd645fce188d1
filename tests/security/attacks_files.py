"""Attacks on files: reading what is not the REPL's, writing outside its own folder, odd files within it."""

from tests.security.attack import family

_READING = family(
    "reading",
    ("open", "reached('SECRET' in real.open(CANARY).read())"),
    ("passwd", "reached('root' in real.open('/etc/passwd').read())"),
    ("our code", "reached(len(real.open(OURS).read()) > 0)"),
    ("the folder of our code", "reached(len(os.listdir(os.path.dirname(OURS))) > 0)"),
    ("list the root", "reached(len(os.listdir('/')) > 0)"),
    ("list the host's folder", "reached(len(os.listdir(FOLDER)) > 0)"),
    ("mmap", "f = os.open(CANARY, os.O_RDONLY); reached(b'SECRET' in module('mmap').mmap(f, 0, prot=1)[:])"),
    ("sendfile", "f = os.open(CANARY, 0); o = os.open('copy', 66); reached(os.sendfile(o, f, 0, 9) > 0)"),
    ("copy in the kernel", "f = os.open(CANARY, 0); o = os.open('copy', 66); reached(os.copy_file_range(f, o, 9) > 0)"),
    ("a Python path", "sys.path.insert(0, FOLDER); reached(module('planted').GOAL)"),
    (
        "a source loader",
        "from importlib.machinery import SourceFileLoader as L; reached(L('x', CANARY).get_data(CANARY))",
    ),
    ("lines for a traceback", "reached('SECRET' in module('linecache').getline(CANARY, 1))"),
    ("an archive of it", "module('tarfile').open('t.tar', 'w').add(CANARY); reached()"),
    (
        "as a database",
        "sql = module('sqlite3')\ntry: sql.connect(CANARY).execute('select * from sqlite_master')\n"
        "except sql.DatabaseError as error: reached('not a database' in str(error))",
    ),
    (
        "as a library",
        "try: ctypes.CDLL(CANARY)\nexcept OSError as error: reached('ELF' in str(error) or 'short' in str(error))",
    ),
)
_READING += family("reading", ("the shadow file", "reached(real.open('/etc/shadow').read())"), shown_by="root")

_LINKS = family(
    "links and traversal",
    ("a symbolic link", "os.symlink(CANARY, 'link'); reached('SECRET' in real.open('link').read())"),
    ("a hard link", "os.link(CANARY, 'hard'); reached('SECRET' in real.open('hard').read())"),
    ("a link to a folder", "os.symlink(FOLDER, 'folder'); reached('SECRET' in real.open('folder/canary').read())"),
    ("traversal", "reached('SECRET' in real.open('../' * 40 + CANARY).read())"),
    ("a chain of links", "os.symlink(CANARY, 'a'); os.symlink('a', 'b'); reached('SECRET' in real.open('b').read())"),
    ("an O_PATH folder", "f = os.open(FOLDER, os.O_PATH); reached(os.read(os.open('canary', 0, dir_fd=f), 9))"),
    (
        "openat2",
        "how = struct.pack('QQQ', 0, 0, 0)\nf = libc.syscall(437, -100, CANARY.encode(), how, 24)\n"
        "reached(f >= 0 and os.read(f, 9))",
    ),
    ("change into the folder", "os.chdir(FOLDER); reached('SECRET' in real.open('canary').read())"),
    ("move it here", "os.rename(CANARY, 'mine'); reached('SECRET' in real.open('mine').read())"),
    ("write through a link", "os.symlink(CANARY, 'link'); real.open('link', 'a').write('x'); reached()"),
    (
        "exchange it",
        "real.open('own', 'w').close()\nreached(called(316 if x86 else 276, -100, b'own', -100, CANARY.encode(), 2)"
        " and b'SECRET' in real.open('own', 'rb').read())",
    ),
)

_WRITING = family(
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
    ("replace it", "real.open('own', 'w').close(); os.replace('own', CANARY); reached()"),
    ("delete it", "os.unlink(CANARY); reached()"),
    ("a folder", "os.mkdir(FOLDER + '/mine'); reached()"),
    ("a link", "os.symlink('/', FOLDER + '/mine'); reached()"),
    ("a hard link of an own file", "real.open('own', 'w').close(); os.link('own', FOLDER + '/mine'); reached()"),
    ("bytecode of a module", "os.mkdir(FOLDER + '/__pycache__'); reached()"),
    ("into a temporary folder", "real.open('/tmp/' + os.path.basename(FOLDER), 'w').close(); reached()"),
    ("into shared memory", "real.open('/dev/shm/' + os.path.basename(FOLDER), 'w').close(); reached()"),
    (
        "beside the guest's packages",
        "os.open(module('sysconfig').get_path('purelib'), os.O_TMPFILE | os.O_RDWR); reached()",
    ),
    ("a named pipe", "os.mkfifo(FOLDER + '/fifo'); reached()"),
)

_ODD = family(
    "odd files",
    ("a set-uid file of its own", "real.open('own', 'w').close(); os.chmod('own', 0o4755); reached()"),
    ("a named pipe of its own", "os.mkfifo('fifo'); reached()"),
    ("a socket of its own", "os.mknod('socket', 0o140600); reached()"),
    ("a device that is always full", "os.open('/dev/full', os.O_RDWR); reached()"),
    ("write to a device", "os.open('/dev/urandom', os.O_WRONLY); reached()"),
    ("a terminal", "os.open('/dev/ptmx', os.O_RDWR); reached()"),
    ("an attribute on its own file", "real.open('own', 'w').close(); os.setxattr('own', 'user.x', b'1'); reached()"),
    ("an unnamed file beside", "os.open(FOLDER, os.O_TMPFILE | os.O_RDWR); reached()"),
)
_ODD += family(
    "odd files",
    ("the disk as a device", "os.mknod('sda', 0o60600, os.makedev(8, 0)); reached()"),
    ("memory as a device", "os.mknod('mem', 0o20600, os.makedev(1, 1)); reached()"),
    (
        "rights on its own file",
        "real.open('own', 'w').close()\n"
        "os.setxattr('own', 'security.capability', struct.pack('<5I', 0x2000001, 0x2000, 0, 0, 0)); reached()",
    ),
    ("give its own file away", "real.open('own', 'w').close(); os.chown('own', 4711, 4711); reached()"),
    shown_by="root",
)

FILES = [*_READING, *_LINKS, *_WRITING, *_ODD]
