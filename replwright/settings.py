"""Every setting, once, typed, from `REPLWRIGHT_*`; a wrong one ends the process at its start, by name."""

import os
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

import replwright
from orchestration.errors import BadInput
from orchestration.states import EngineName


class Settings(BaseSettings):
    """The settings of one process. An empty URL means "the embedded stack under `home`"."""

    model_config = SettingsConfigDict(env_prefix="REPLWRIGHT_", extra="ignore", frozen=True)

    home: Path = Field(default_factory=lambda: Path.home() / ".replwright")
    database_url: SecretStr = SecretStr("")
    broker_url: SecretStr = SecretStr("")
    ray_address: str = ""
    ray_token: SecretStr = SecretStr("")
    store: str = ""

    model: str = ""
    model_base_url: str = ""
    model_api_key: SecretStr = SecretStr("")

    guest_python: Path | None = None
    max_running: int = Field(default_factory=lambda: 2 * (os.cpu_count() or 1), ge=1, le=1000)
    max_live: int = Field(default=200, ge=1, le=10_000)
    engine: EngineName = EngineName.AUTO
    # REPLs of each flavour that wait, confined already, for a task; how long a named one may idle, how long its state
    # is kept, and what share of the machine's memory stops new tasks or costs the largest REPL its life.
    ready_bare: int = Field(default=8, ge=0, le=200)
    ready_data: int = Field(default=8, ge=0, le=200)
    ready_plot: int = Field(default=1, ge=0, le=200)
    ready_rust: int = Field(default=4, ge=0, le=200)
    repl_ttl_s: float = Field(default=30 * 60, ge=1, le=7 * 24 * 3600)
    repl_retention_s: float = Field(default=7 * 24 * 3600, ge=60, le=365 * 24 * 3600)
    memory_admit: float = Field(default=0.75, gt=0, le=1)
    memory_kill: float = Field(default=0.85, gt=0, le=1)
    cache_bytes: int = Field(default=10 * 1024**3, ge=0)
    # How Ray keeps a host.
    host_max_restarts: int = Field(default=3, ge=-1, le=1000)
    host_max_task_retries: int = Field(default=2, ge=0, le=100)
    host_num_cpus: float = Field(default=0.5, ge=0, le=1000)
    host_memory_bytes: int = Field(default=500 * 1024**2, ge=0)
    worker_pool: Literal["threads", "prefork"] = "threads"
    worker_concurrency: int = Field(default=8, ge=1, le=500)
    sweep_interval_s: float = Field(default=1.0, gt=0, le=60)
    # The embedded stack; a port of 0 is any free one.
    valkey_port: int = Field(default=0, ge=0, le=65535)
    ray_port: int = Field(default=0, ge=0, le=65535)
    flower_port: int = Field(default=5555, ge=1, le=65535)
    idle_s: float = Field(default=600, ge=1, le=7 * 24 * 3600)

    # Which code this is, where a deployment names its own builds: hosts of a release that no worker runs are drained.
    release: str = Field(default=replwright.__version__, min_length=1, max_length=100, pattern=r"^[A-Za-z0-9._+]+$")
    # Where a process answers /livez and /readyz; 0: nowhere.
    health_port: int = Field(default=0, ge=0, le=65535)
    health_address: str = "127.0.0.1"
    # Touched by a worker once it takes work; how its supervisor knows.
    ready_file: Path | None = None
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    @property
    def store_location(self) -> str:
        """An fsspec location; a local folder unless told otherwise."""
        return self.store or str(self.home / "blobs")


def load() -> Settings:
    """The settings of this process. Raises BadInput that names the variable."""
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = "REPLWRIGHT_" + "_".join(str(part) for part in first["loc"]).upper()
        raise BadInput(name, first["msg"], "correct or unset this environment variable") from None
