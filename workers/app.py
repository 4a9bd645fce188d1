"""The Celery app: `celery -A workers.app`."""

from celery import Celery

from replwright import settings as replwright_settings
from workers import lost_connections
from workers.config import celery_settings

lost_connections.be_told_as_such()
app = Celery("replwright", include=["workers.plan", "workers.dispatch", "workers.resume", "workers.signals"])
app.conf.update(celery_settings(replwright_settings.load()))
