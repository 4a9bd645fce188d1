"""docker-compose.yml says what the code says: settings, queues, secrets, and no more rights than are needed."""

import re
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from replwright.local.workers import WORKERS
from replwright.settings import Settings
from workers.config import QUEUES
from workers.health import Health, Problem
from workers.probes import ProbeServer

ROOT = Path(__file__).parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = sorted(name for name, service in SERVICES.items() if "build" in service)


def _queues(service: dict[str, Any]) -> tuple[str, ...]:
    command = service.get("command", [])
    return tuple(command[command.index("-Q") + 1].split(",")) if "-Q" in command else ()


def test_every_part_of_the_design_is_there() -> None:
    assert {"postgres", "valkey", "ray-head", "ray-host", "plan", "dispatch", "beat", "flower"} <= set(SERVICES)
    assert SERVICES["postgres"]["image"] == "postgres:18"
    assert SERVICES["valkey"]["image"] == "valkey/valkey:9"


def test_every_variable_of_ours_is_a_setting() -> None:
    variables = {name for service in SERVICES.values() for name in service.get("environment", {})}
    ours = {name.removeprefix("REPLWRIGHT_").lower() for name in variables if name.startswith("REPLWRIGHT_")}

    assert ours
    assert ours <= set(Settings.model_fields)


def test_workers_serve_the_queues_that_the_embedded_stack_serves() -> None:
    served = {name: _queues(service) for name, service in SERVICES.items() if _queues(service)}

    assert served == {worker.name: worker.queues for worker in WORKERS}
    assert sorted(queue for queues in served.values() for queue in queues) == sorted(QUEUES)


def test_the_model_must_be_named() -> None:
    assert SERVICES["plan"]["environment"]["REPLWRIGHT_MODEL"].startswith("${REPLWRIGHT_MODEL:?")


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_a_service_is_watched_and_waits_only_for_services_that_are_there(name: str) -> None:
    service = SERVICES[name]

    assert service["healthcheck"].get("disable") or service["healthcheck"]["test"]
    assert set(service.get("depends_on", {})) <= set(SERVICES)
    assert set(service.get("secrets", [])) <= set(COMPOSE["secrets"])


@pytest.mark.parametrize("name", OURS)
def test_our_processes_have_no_right_that_they_do_not_need(name: str) -> None:
    service = SERVICES[name]

    assert service["read_only"]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert not service.get("privileged")


def test_nothing_is_published_beyond_the_machine() -> None:
    published = [port for service in SERVICES.values() for port in service.get("ports", [])]

    assert published
    assert all(port.startswith("127.0.0.1:") for port in published)


def test_the_entry_point_reads_the_secrets_that_compose_gives() -> None:
    read = set(re.findall(r"/run/secrets/(\w+)", (ROOT / "deploy" / "entrypoint.sh").read_text()))

    assert read == set(COMPOSE["secrets"])


def test_secrets_are_made_once_and_kept(tmp_path: Path) -> None:
    script = tmp_path / "make-secrets.sh"
    script.write_text((ROOT / "deploy" / "make-secrets.sh").read_text())
    (tmp_path / "secrets").mkdir()

    subprocess.run(["sh", str(script)], check=True)
    first = {path.name: path.read_text() for path in (tmp_path / "secrets").iterdir()}
    subprocess.run(["sh", str(script)], check=True)
    second = {path.name: path.read_text() for path in (tmp_path / "secrets").iterdir()}

    assert first == second
    assert set(first) == set(COMPOSE["secrets"])
    assert len(first["ray_token"]) == 64


def test_the_entry_point_makes_settings_of_secrets(tmp_path: Path) -> None:
    # given the script with the secrets' folder moved to where a test may write
    script = tmp_path / "entrypoint.sh"
    text = (ROOT / "deploy" / "entrypoint.sh").read_text()
    script.write_text(text.replace("/run/secrets", str(tmp_path)))
    for name in COMPOSE["secrets"]:
        (tmp_path / name).write_text(f"{name}-value")

    shown = subprocess.run(
        ["sh", str(script), "env"], env={"PATH": "/usr/bin:/bin"}, capture_output=True, text=True, check=True
    ).stdout

    assert "REPLWRIGHT_DATABASE_URL=postgresql://replwright:postgres_password-value@postgres:5432/replwright" in shown
    assert "REPLWRIGHT_BROKER_URL=redis://:valkey_password-value@valkey:6379/0" in shown
    assert "RAY_AUTH_TOKEN=ray_token-value" in shown
    assert "REPLWRIGHT_MODEL_API_KEY=model_api_key-value" in shown


def test_the_image_installs_what_is_locked_and_runs_as_an_ordinary_user() -> None:
    text = (ROOT / "deploy" / "Dockerfile").read_text().replace("\\\n", " ")
    installs = [part for part in re.split(r"&&|\n", text) if " install " in part and "-r requirements/" in part]

    assert set(re.findall(r"^FROM (\S+)", text, re.MULTILINE)) == {"python:3.11-slim"}
    assert {re.findall(r"-r (\S+)", part)[0] for part in installs} == {
        f"requirements/{name}.lock" for name in ("bootstrap", "server", "guest")
    }
    assert all("--require-hashes" in part for part in installs)
    assert all((ROOT / path).is_file() for path in re.findall(r"-r (\S+)", text))
    assert re.findall(r"^USER (\S+)", text, re.MULTILINE) == ["replwright"]


@pytest.mark.parametrize("name", ["plan", "dispatch", "beat"])
@pytest.mark.parametrize("fatal", [False, True])
def test_the_health_check_of_our_processes_asks_what_they_answer(name: str, fatal: bool) -> None:
    # given a process that answers where compose tells it to, with a problem
    port = int(SERVICES[name]["environment"]["REPLWRIGHT_HEALTH_PORT"])
    health = Health()
    health.add(lambda _: Problem("sweeper", "it has not come round", 1.0, "restart it", fatal=fatal))
    server = ProbeServer("127.0.0.1", 0, health)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()

    # when it is checked as compose says, but for the port, which others may use here
    command, python, *arguments = SERVICES[name]["healthcheck"]["test"]
    assert f", {port}," in arguments[-1]
    arguments[-1] = arguments[-1].replace(str(port), str(server.port))
    code = subprocess.run([sys.executable, *arguments], check=False, capture_output=True).returncode
    server.shutdown()
    server.server_close()

    # then it is unhealthy only if a restart is called for
    assert (command, python, bool(code)) == ("CMD", "python", fatal)
