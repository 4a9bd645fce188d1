"""Probes of an embedded stack's servers."""

import time

import psycopg
import redis

from replwright.local import stack
from replwright.local.endpoints import Endpoints
from replwright.local.state import StackState
from replwright.settings import Settings

SERVERS = ("postgres", "valkey")


def broker_client(endpoints: Endpoints) -> redis.Redis:
    return redis.Redis.from_url(endpoints.broker_url, socket_timeout=5)


def serves(endpoints: Endpoints) -> bool:
    with (
        psycopg.connect(endpoints.database_url.replace("+psycopg", "")) as connection,
        broker_client(endpoints) as broker,
    ):
        return connection.execute("SELECT 1").fetchone() == (1,) and bool(broker.ping())


def back(state: StackState, service: str) -> bool:
    return state.services[service].restarts == 1 and state.services[service].state == "ready"


def await_back(settings: Settings, service: str) -> None:
    deadline = time.monotonic() + 60
    while not ((state := stack.current(settings)) and back(state, service)):
        assert time.monotonic() < deadline
        time.sleep(0.05)
