"""Attacks by way of the packages for data: their readers, writers, pickles and file systems."""

from dataclasses import replace

from tests.security.attack import Attack, family

_STANDARD = family(
    "data packages",
    (
        "a pickle that runs a program",
        "class A:\n    def __reduce__(self): return os.system, ('true',)\n"
        "p = module('pickle')\nreached(p.loads(p.dumps(A())) == 0)",
    ),
    (
        "a pickle that opens",
        "p = module('pickle')\nclass A:\n    def __reduce__(self): return real.open, (CANARY,)\n"
        "reached('SECRET' in p.loads(p.dumps(A())).read())",
    ),
    ("a shelf", "module('shelve').open(FOLDER + '/shelf'); reached()"),
)

_OF_PACKAGES: dict[str, dict[str, str]] = {
    "pandas": {
        "read_csv": "reached('SECRET' in pd.read_csv(CANARY).to_csv())",
        "read_table": "reached('SECRET' in pd.read_table(CANARY).to_csv())",
        "read_fwf": "reached('SECRET' in pd.read_fwf(CANARY).to_csv())",
        "read_pickle": (
            "class A:\n    def __reduce__(self): return os.system, ('true',)\n"
            "module('pickle').dump(A(), real.open('p', 'wb')); reached(pd.read_pickle('p') == 0)"
        ),
        "read_csv by HTTP": "socket.setdefaulttimeout(0.2)\nreached(allowed(pd.read_csv, f'http://127.0.0.1:{PORT}/x'))",
        "to_csv outside": "pd.DataFrame({'a': [1]}).to_csv(FOLDER + '/mine'); reached()",
        "to_pickle outside": "pd.DataFrame({'a': [1]}).to_pickle(FOLDER + '/mine'); reached()",
        "query": "pd.DataFrame({'a': [1]}).eval('@os.system(\"true\") == 0') and reached()",
    },
    "numpy": {
        "memmap": "reached(len(np.memmap(CANARY, mode='r')) > 0)",
        "memmap to write": "np.memmap(CANARY, mode='r+')[0] = 120; reached()",
        "fromfile": "reached(np.fromfile(CANARY, 'u1').size > 0)",
        "loadtxt": "reached('SECRET' in str(np.loadtxt(CANARY, dtype=str)))",
        "an array of pickles": (
            "class A:\n    def __reduce__(self): return os.system, ('true',)\n"
            "np.save('a.npy', np.array([A()], dtype=object), allow_pickle=True)\n"
            "reached(np.load('a.npy', allow_pickle=True)[0] == 0)"
        ),
        "tofile outside": "np.arange(3).tofile(FOLDER + '/mine'); reached()",
    },
    "pyarrow": {
        "csv": "import pyarrow.csv as pc\nreached(pc.read_csv(CANARY).num_columns > 0)",
        "memory map": "reached(b'SECRET' in pa.memory_map(CANARY).read())",
        "a file of the system": "reached(b'SECRET' in pa.OSFile(CANARY).read())",
        "a file system": "from pyarrow import fs\nreached(fs.LocalFileSystem().open_input_file(CANARY).read())",
        "list by a file system": (
            "from pyarrow import fs\nreached(fs.LocalFileSystem().get_file_info(fs.FileSelector(FOLDER)))"
        ),
        "a dataset": "import pyarrow.dataset as ds\nreached(ds.dataset(CANARY, format='csv').to_table().num_columns)",
        "write outside": "import pyarrow.csv as pc\npc.write_csv(pa.table({'a': [1]}), FOLDER + '/mine'); reached()",
    },
    "openpyxl": {
        "a workbook outside": "openpyxl.Workbook().save(FOLDER + '/mine.xlsx'); reached()",
    },
}
_START = {
    "pandas": "import pandas as pd\n",
    "numpy": "import numpy as np\n",
    "pyarrow": "import pyarrow as pa\n",
    "openpyxl": "import openpyxl\n",
}

DATA: list[Attack] = [
    *_STANDARD,
    *(
        replace(Attack("data packages", f"{package} {name}", _START[package] + code), needs=(package,))
        for package, attacks in _OF_PACKAGES.items()
        for name, code in attacks.items()
    ),
]
