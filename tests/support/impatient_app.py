"""`celery -A tests.support.impatient_app`: the product's app, whose Redis delivers again after 2 seconds, and tells."""

import logging
from typing import Any

from celery.signals import task_received

from workers.app import app

AGAIN = "delivered again"
log = logging.getLogger(__name__)

app.conf.broker_transport_options = {
    **app.conf.broker_transport_options,
    "visibility_timeout": 2,
    "unacked_restore_interval": 1,
}


@task_received.connect  # type: ignore[untyped-decorator]
def _tell(request: Any, **_: Any) -> None:
    if request.delivery_info.get("redelivered"):
        log.warning("%s: %s", AGAIN, request.id)


__all__ = ["app"]
