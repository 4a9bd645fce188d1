"""A template holds tables for its REPLs alone: they share its memory, and nothing that any of them does afterwards."""

import subprocess
from pathlib import Path

from replwright.repl.host.guest_python import find_guest_python
from tests.security.attack import PRELUDE
from tests.support.sandbox import CHECKOUT, open_folder
from tests.support.walls import observe

STORE = """
import os, sys
sys.path.insert(0, sys.argv[2])
import pandas as pd
from replwright.repl.guest import shared
descriptor = os.open(sys.argv[1], os.O_RDWR | os.O_CREAT, 0o644)
shared.store(pd.DataFrame({"number": [1, 2, 3], "text": ["a", "b", "c"]}), descriptor)
"""
SIBLINGS = (
    PRELUDE
    + """
here = os.getcwd()
root, own = os.path.dirname(os.path.dirname(here)), os.path.basename(os.path.dirname(here))
found = []
for number in range(100):
    for place in ('', 'scratch', 'scratch/mine.txt', 'in'):
        path = os.path.join(root, str(number), place)
        if str(number) == own:
            continue
        for attempt in (os.listdir, lambda p: module('io').open(p).read(), lambda p: os.mkdir(p + '/new')):
            try: found.append(attempt(path))
            except OSError: pass
found
"""
)


def _stored(folder: Path) -> Path:
    file = folder / "prices"
    command = [str(find_guest_python()), "-B", "-c", STORE, str(file), str(CHECKOUT)]
    subprocess.run(command, check=True, cwd=folder)
    return file


def test_a_table_is_there_in_every_repl_and_what_one_does_to_it_stays_its_own() -> None:
    with open_folder() as folder:
        table = _stored(folder)
        total = "int(inputs_df['prices']['number'].sum())"
        spoil = "inputs_df['prices'].loc[:, 'number'] = 0\n" + total
        # when
        seen = observe(flavour="data", tables={"prices": str(table)}, template_codes=[total, spoil, total])
    # then
    assert seen["template"]["values"] == ["6", "0", "6"]


def test_repls_of_one_template_do_not_find_each_others_folders() -> None:
    write = "open('mine.txt', 'w').write('secret')"
    seen = observe(tables={}, template_codes=[write, SIBLINGS])
    assert seen["template"]["values"] == ["6", "[]"]


def test_a_file_that_is_no_table_is_refused_and_the_zygote_goes_on() -> None:
    with open_folder() as folder:
        bad = folder / "bad"
        bad.write_bytes(b"ARROW1\0\0" + bytes(range(256)) * 16)
        seen = observe(flavour="data", tables={"prices": str(bad)}, template_codes=[])
    assert seen["template"]["refused"].startswith("the tables cannot be loaded: ")
