"""A session of a library caller outlives the whole Ray cluster."""

import os
import signal
import uuid

from replwright.local import stack
from replwright.settings import Settings
from tests.support.ray_driver import driver_on
from tests.support.rig import Rig, until


def test_a_session_with_a_frame_survives_a_restart_of_ray(rig: Rig) -> None:
    # given
    session = f"session-{uuid.uuid4().hex}"
    settings = Settings(home=rig.home)
    state = stack.current(settings)
    assert state is not None
    head = state.services["ray"].pid
    with driver_on(rig.endpoints) as before:
        before.execute("import pandas as pd\nframe = pd.DataFrame({'price': [1.5, 2.5]})", session)
        # when
        os.kill(head, signal.SIGKILL)

        def restarted() -> bool:
            now = stack.current(settings)
            return now is not None and now.services["ray"].pid != head and now.services["ray"].state == "ready"

        until(restarted, "Ray to be restarted")
    # then
    with driver_on(rig.endpoints) as after:
        assert after.execute("float(frame['price'].sum())", session).value == "4.0"
