"""Where the services answer, and the environment that tells it to a process."""

from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from replwright.settings import Settings


@dataclass(frozen=True, slots=True)
class Endpoints:
    """The addresses of one stack, secrets included: for the environment of our own processes, never for a screen."""

    home: str
    database_url: str
    broker_url: str
    ray_address: str
    ray_token: str
    store: str

    @classmethod
    def of(cls, settings: Settings) -> "Endpoints":
        """What the settings name; empty where they name nothing."""
        return cls(
            home=str(settings.home.absolute()),
            database_url=settings.database_url.get_secret_value(),
            broker_url=settings.broker_url.get_secret_value(),
            ray_address=settings.ray_address,
            ray_token=settings.ray_token.get_secret_value(),
            store=settings.store or str(settings.home.absolute() / "blobs"),
        )

    @classmethod
    def from_dict(cls, value: dict[str, Any]) -> "Endpoints | None":
        names = {field.name for field in fields(cls)}
        if set(value) != names or not all(isinstance(each, str) for each in value.values()):
            return None
        return cls(**value)

    def as_dict(self) -> dict[str, str]:
        return asdict(self)

    def environ(self) -> dict[str, str]:
        """The REPLWRIGHT_* variables of a process that uses this stack, and Ray's own for its token."""
        named = {f"REPLWRIGHT_{name.upper()}": value for name, value in asdict(self).items() if value}
        return named | ray_authentication(self.ray_token)

    @property
    def blobs_folder(self) -> Path | None:
        """The blob store when it is a folder of this machine."""
        return None if "://" in self.store else Path(self.store)


def settings_environ(settings: Settings) -> dict[str, str]:
    """The REPLWRIGHT_* variables that give another process these very settings."""
    given = {name: getattr(settings, name) for name in settings.model_fields_set}
    shown = {
        f"REPLWRIGHT_{name.upper()}": str(value.get_secret_value() if isinstance(value, SecretStr) else value)
        for name, value in given.items()
        if value is not None
    }
    return shown | {"REPLWRIGHT_HOME": str(settings.home.absolute())}


def ray_authentication(token: str) -> dict[str, str]:
    """What Ray reads, in its head and in its drivers."""
    return {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": token} if token else {}
