"""Every setting, once, typed, from `REPLWRIGHT_*`; a wrong one ends the process at its start, by name."""

import os
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from orchestration.errors import BadInput


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
    worker_pool: Literal["threads", "prefork"] = "threads"
    worker_concurrency: int = Field(default=8, ge=1, le=500)
    sweep_interval_s: float = Field(default=1.0, gt=0, le=60)
    # The embedded stack; a port of 0 is any free one.
    valkey_port: int = Field(default=0, ge=0, le=65535)
    ray_port: int = Field(default=0, ge=0, le=65535)
    flower_port: int = Field(default=5555, ge=1, le=65535)
    idle_s: float = Field(default=600, ge=1, le=7 * 24 * 3600)

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
