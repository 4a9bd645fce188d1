"""A session of a library caller: its variables survive what ends its REPL."""

import os
import signal
import uuid

from orchestration.states import ErrorKind
from tests.support.ray_driver import Driver
from tests.support.rig import Rig, until

FRAME = "import pandas as pd\nframe = pd.DataFrame({'price': [1.5, 2.5], 'region': ['N', 'S']}); total = 0"
SUM = "total += frame['price'].sum(); float(total)"


def test_a_session_keeps_its_variables_and_shares_them_with_no_other(pool: Driver) -> None:
    # given
    session = _session()
    pool.execute(FRAME, session)
    # then
    assert pool.execute(SUM, session).value == "4.0"
    assert pool.execute(SUM, session).value == "8.0"
    assert pool.execute(SUM, _session()).error_kind is ErrorKind.EXCEPTION


def test_a_session_with_a_frame_survives_eviction(pool: Driver) -> None:
    # given a session whose REPL is live
    session = _session()
    pool.execute(FRAME, session)
    # when it idles past the rig's TTL
    until(lambda: pool.stats()[0]["named"] == 0, "the idle REPL to be evicted")
    # then
    assert pool.execute(SUM, session).value == "4.0"


def test_a_session_with_a_frame_survives_a_killed_host(pool: Driver) -> None:
    # given
    session = _session()
    pool.execute(FRAME, session)
    pool.execute(SUM, session)
    [before] = pool.stats()
    # when
    os.kill(before["pid"], signal.SIGKILL)
    until(lambda: not _alive(before["pid"]), "the host to die")
    until(lambda: pool.ensure_hosts() == 1, "a host to serve")
    # then it goes on from what was committed
    assert pool.execute(SUM, session).value == "8.0"


def test_what_a_library_caller_ran_is_logged(pool: Driver, rig: Rig) -> None:
    # given
    mark = uuid.uuid4().hex
    # when
    pool.execute(f"'{mark}'")
    pool.execute(f"raise ValueError('{mark}')", _session())

    # then
    def logged() -> list[tuple[object, ...]]:
        with rig.engine.connect() as connection:
            found = connection.exec_driver_sql(
                "SELECT is_success, error_kind, session IS NULL FROM executions WHERE code LIKE %s ORDER BY id",
                (f"%{mark}%",),
            )
            return [tuple(row) for row in found]

    until(lambda: len(logged()) == 2, "both runs to be logged")
    assert logged() == [(True, None, True), (False, "exception", False)]


def _session() -> str:
    return f"session-{uuid.uuid4().hex}"


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
