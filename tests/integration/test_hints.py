"""A hint that cannot be sent costs a log line, and does not hold its sender up."""

import logging
from uuid import uuid4

import pytest
from celery import Celery

from orchestration.records import Hint
from replwright.settings import Settings
from workers.config import celery_settings
from workers.hints import CeleryHints


def test_a_broker_that_is_down_is_asked_once_for_a_whole_batch(caplog: pytest.LogCaptureFixture) -> None:
    # given
    app = Celery("away", set_as_current=False)
    app.conf.update(celery_settings(Settings(broker_url="redis://:secret@127.0.0.1:9/0")))  # type: ignore[arg-type]
    # when
    with caplog.at_level(logging.WARNING, "workers.hints"):
        CeleryHints(app).send([Hint("plan", uuid4()) for _ in range(50)])
    app.close()
    # then
    [record] = caplog.records
    assert "50 hints left to the sweeper" in record.getMessage()
    assert "secret" not in caplog.text
