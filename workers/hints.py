"""The Hints port over Celery: messages are sent by name, so that a sender needs none of the tasks' imports."""

import logging
from collections.abc import Sequence
from typing import Any

from kombu.exceptions import OperationalError

from orchestration.records import Hint

log = logging.getLogger(__name__)


class CeleryHints:
    """Sends hints. A broker that is down costs a log line: the sweepers send again what is still due."""

    def __init__(self, app: Any) -> None:
        self._app = app

    def send(self, hints: Sequence[Hint]) -> None:
        for sent, hint in enumerate(hints):
            try:
                self._app.send_task(
                    f"orchestration.{hint.name}",
                    args=[str(hint.orchestration_id)],
                    task_id=hint.task_id,
                    root_id=hint.root_task_id,
                    parent_id=hint.parent_task_id,
                    queue=hint.name,
                )
            except (OperationalError, OSError) as error:
                # One refused connection is enough: the rest would each wait for the same time-out.
                log.warning(
                    "broker unreachable (%s): %d hints left to the sweeper", type(error).__name__, len(hints) - sent
                )
                return
