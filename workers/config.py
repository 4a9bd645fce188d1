"""Celery's settings, a reason a line."""

from typing import Any

from replwright.settings import Settings

QUEUES = ("plan", "resume", "dispatch")

_REDIS = {
    "visibility_timeout": 600,
    "unacked_restore_throttle": 1,  # after kill -9, redelivery takes seconds, not minutes
    "unacked_restore_interval": 5,
    "socket_connect_timeout": 2,
    "socket_timeout": 10,
    "socket_keepalive": True,
    "health_check_interval": 10,
}
_RABBITMQ = {
    "confirm_publish": True,  # else a hint that the broker never took would pass for sent
    "read_timeout": 10,  # a broker that takes nothing any more (a full disk) must not hold a step's thread
    "write_timeout": 10,
}


def celery_settings(settings: Settings) -> dict[str, Any]:
    """What `app.conf.update` takes."""
    broker = settings.broker_url.get_secret_value()
    return {
        "broker_url": broker or None,
        "result_backend": None,  # Postgres is the truth; nobody reads a Celery result
        "task_ignore_result": True,
        "task_serializer": "json",
        "accept_content": ["json"],  # never unpickle
        "task_acks_late": True,  # a killed worker's hint comes again; the claim makes a repeat harmless
        "task_acks_on_failure_or_timeout": True,  # the rows decide about retries, not the broker
        "worker_prefetch_multiplier": 1,  # a hint must not wait behind a model call
        "worker_redirect_stdouts": False,  # ray.init fails under redirected stdouts
        "worker_pool_start_method": "spawn",  # a child forked after baml_client was imported hangs at its first call
        "worker_send_task_events": True,  # Flower
        "task_send_sent_event": True,
        "task_track_started": True,
        "task_default_queue": "plan",
        "task_routes": {f"orchestration.{name}": {"queue": name} for name in QUEUES},
        "task_create_missing_queues": True,
        "task_publish_retry": False,  # a hint that cannot be sent is lost, and a sweeper sends it again
        "broker_connection_retry_on_startup": True,
        "broker_connection_max_retries": None,  # outages only delay
        "broker_connection_timeout": 2,
        "broker_heartbeat": 20,  # RabbitMQ: a connection that died silently is noticed within this time twice
        "broker_transport_options": _RABBITMQ if broker.startswith("amqp") else _REDIS,
        "worker_hijack_root_logger": False,
        "worker_cancel_long_running_tasks_on_connection_loss": False,
        "enable_utc": True,
        "beat_schedule": {},
        "beat_max_loop_interval": 5,
    }
