"""The Ray head of one machine: loopback addresses, a token, no dashboard."""

import os
import secrets
import sys

from replwright.local.endpoints import Endpoints
from replwright.local.paths import Layout
from replwright.local.ports import listening
from replwright.local.service import Service, our_environment

# Ray replaces 127.0.0.1 by an address that others can reach, and leaves the rest of the loopback network alone.
ADDRESS = "127.0.0.2"
# Values travel in the calls; the object store is hardly used.
OBJECT_STORE_BYTES = 100 * 1024**2


def new_token() -> str:
    return secrets.token_hex(32)


def service(layout: Layout, endpoints: Endpoints, port: int) -> Service:
    log = layout.log("ray")
    return Service(
        name="ray",
        title="Ray",
        command=[
            sys.executable, "-m", "replwright.local.ray_main", "start", "--head", "--block",
            f"--node-ip-address={ADDRESS}", f"--port={port}", f"--temp-dir={layout.ray}",
            f"--num-cpus={os.cpu_count() or 1}", f"--object-store-memory={OBJECT_STORE_BYTES}",
            "--include-dashboard=false", "--include-log-monitor=false", "--no-monitor", "--disable-usage-stats",
            "--log-style=record", "--log-color=false",
        ],
        # The hosts of REPLs are children of Ray and take their settings from its environment.
        environment=our_environment(endpoints.environ()) | _ENVIRONMENT,
        ready=lambda: _started(log.read_bytes()[-65536:]) and listening(ADDRESS, port),
        early=lambda: listening(ADDRESS, port),
        family=True,
        stop_s=8.0,
        # Some 8 s as a rule; a machine that is short of processor or disk takes far longer.
        ready_within_s=150.0,
    )  # fmt: skip


_ENVIRONMENT = {
    "RAY_memory_monitor_refresh_ms": "0",  # our hosts watch their REPLs' memory; Ray would kill the host for them
    "RAY_GRACEFUL_SHUTDOWN_DRAIN_TIMEOUT_S": "0",  # with a live actor it would wait 30 s for it to end
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
}


def _started(log: bytes) -> bool:
    return b"Ray runtime started" in log
