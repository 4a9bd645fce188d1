"""The table of the stack: what is started, with which environment, and what is left to others."""

import socket
from pathlib import Path

import pytest

from orchestration.errors import ServiceMissing
from replwright.local import diagnosis, migrated, reach, table
from replwright.local.paths import Layout
from replwright.local.ports import LOOPBACK
from replwright.local.report import lines, of
from replwright.local.service import Service
from replwright.local.workers import WORKERS
from replwright.settings import Settings
from workers.config import QUEUES


def _build(settings: Settings) -> dict[str, Service]:
    return {service.name: service for service in table.build(settings, Layout(settings.home, settings.home))[1]}


def test_every_queue_is_served_by_exactly_one_worker() -> None:
    assert sorted(queue for worker in WORKERS for queue in worker.queues) == sorted(QUEUES)


def test_only_the_worker_of_dispatch_drives_ray() -> None:
    assert [worker.name for worker in WORKERS if worker.drives_ray] == ["dispatch"]


def test_what_is_configured_elsewhere_is_not_started(tmp_path: Path) -> None:
    settings = Settings(
        home=tmp_path,
        database_url="postgresql://db/x",  # type: ignore[arg-type]
        broker_url="redis://broker/0",  # type: ignore[arg-type]
        ray_address="ray-head:6379",
    )

    services = _build(settings)

    assert set(services) == {"schema", "plan", "dispatch", "beat"}
    assert services["plan"].environment["REPLWRIGHT_BROKER_URL"] == "redis://broker/0"


def test_everything_is_needed_by_what_starts_after_it(tmp_path: Path) -> None:
    services = _build(Settings(home=tmp_path))
    names = list(services)

    for service in services.values():
        assert all(names.index(need) < names.index(service.name) for need in service.needs)


def test_workers_stop_before_the_servers_that_they_use(tmp_path: Path) -> None:
    services = _build(Settings(home=tmp_path))

    assert {"postgres", "valkey"} <= set(services["plan"].needs)
    assert {"postgres", "valkey", "ray"} <= set(services["dispatch"].needs)


def test_no_secret_stands_in_a_command_line_or_in_a_foreign_servers_environment(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, model_api_key="sk-model")  # type: ignore[arg-type]
    endpoints, services = table.build(settings, Layout(tmp_path, tmp_path))
    password = endpoints.broker_url.split(":")[2].split("@")[0]

    for service in services:
        assert not [part for part in service.argv() if password in part or endpoints.ray_token in part]
        if service.name in ("initdb", "postgres", "valkey"):
            assert not [value for value in service.environment.values() if password in value]


def test_a_wished_port_that_is_taken_is_named_with_its_variable(tmp_path: Path) -> None:
    with socket.create_server((LOOPBACK, 0)) as taken:
        port = taken.getsockname()[1]

        with pytest.raises(ServiceMissing, match=f"port {port} is in use.*REPLWRIGHT_VALKEY_PORT"):
            table.build(Settings(home=tmp_path, valkey_port=port), Layout(tmp_path, tmp_path))


def test_a_part_of_the_table_comes_with_all_that_it_needs(tmp_path: Path) -> None:
    _, services = table.build(Settings(home=tmp_path), Layout(tmp_path, tmp_path))

    assert [service.name for service in table.only(services, ["schema"])] == ["initdb", "postgres", "schema"]


def test_a_schema_known_to_be_current_is_not_migrated_again(tmp_path: Path) -> None:
    layout = Layout(tmp_path, tmp_path)
    layout.postgres.mkdir()

    migrated.record(layout.schema_mark)

    assert "schema" not in _build(Settings(home=tmp_path))


def test_a_schema_of_other_migrations_is_migrated(tmp_path: Path) -> None:
    layout = Layout(tmp_path, tmp_path)
    layout.postgres.mkdir()
    layout.schema_mark.write_text("of another release")

    assert "schema" in _build(Settings(home=tmp_path))


@pytest.mark.parametrize(
    ("log", "code", "words"),
    [
        ("initdb: error: could not write to file: No space left on device", 1, "the disk under"),
        ("bind: Address already in use", 1, "its port is in use"),
        ("Traceback\n  File x\nModuleNotFoundError: No module named 'x'\n\n", 1, "ModuleNotFoundError"),
        ("", -9, "was ended by signal 9"),
        ("", None, "did not become ready"),
    ],
)
def test_the_last_of_a_log_says_why_a_service_ended(tmp_path: Path, log: str, code: int | None, words: str) -> None:
    (tmp_path / "x.log").write_text(log)

    error = diagnosis.explain_end("X", code, tmp_path / "x.log")

    assert words in error.what
    assert error.remedy


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("redis://:secret@host:1/0", "redis://host:1/0"),
        ("postgresql://u:secret@host/db?password=secret", "postgresql://host/db"),
        ("postgresql+psycopg://u@/db?host=%2Ftmp%2Fs", "postgresql+psycopg:///tmp/s/db"),
        ("redis://[", "(not a URL)"),
    ],
)
def test_an_address_is_shown_without_its_password(url: str, shown: str) -> None:
    assert reach.without_password(url) == shown


def test_a_stack_that_is_not_there_does_not_serve(tmp_path: Path) -> None:
    shown = of(Settings(home=tmp_path), None)

    assert not shown["serves"]
    assert "does not serve" in lines(shown)[0]
