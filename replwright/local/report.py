"""What a person or a program is told about a stack: everything but its secrets."""

from typing import Any

from orchestration.errors import ServiceMissing
from replwright.local import reach
from replwright.local import state as stack_state
from replwright.local.endpoints import Endpoints
from replwright.local.paths import state_path
from replwright.local.state import Phase, ServiceState, StackState
from replwright.settings import Settings

GOOD = ("ready", "done")


def as_json(state: StackState | None) -> dict[str, Any]:
    """`serves` says whether every service is ready."""
    if state is None:
        return {"serves": False, "phase": "stopped", "home": "", "services": {}, "error": None}
    services = {name: _service(each) for name, each in state.services.items()}
    serves = state.phase is Phase.READY and all(each.state in GOOD or each.late for each in state.services.values())
    return {
        "serves": serves,
        "phase": state.phase.value,
        "home": state.endpoints.home,
        "pid": state.supervisor.pid,
        "stops_when_idle_s": state.idle_s,
        "addresses": _addresses(state.endpoints),
        "services": services,
        "error": "; ".join(state.error) if state.error else None,
    }


def without_stack(settings: Settings) -> dict[str, Any]:
    """For servers of somebody's own: reachable or not. What failed last here is told, too."""
    given = Endpoints.of(settings)
    found = as_json(None) | {"home": given.home, "addresses": _addresses(given)}
    if not (given.database_url and given.broker_url):
        last = stack_state.read(state_path(settings.home))
        error = "; ".join(last.error) if last and last.error else None
        return found | {"error": f"the last stack here ended: {error}" if error else "no stack runs here"}
    try:
        reach.check(given)
    except ServiceMissing as error:
        return found | {"phase": "configured", "error": str(error)}
    return found | {"phase": "configured", "serves": True}


def lines(shown: dict[str, Any]) -> list[str]:
    """The same for a terminal."""
    verdict = "serves" if shown["serves"] else "does not serve"
    found = [f"{shown['home']}: {verdict} ({shown['phase']})"]
    found += [f"  {name:12} {address}" for name, address in shown.get("addresses", {}).items()]
    for name, each in shown["services"].items():
        again = f", started again {each['restarts']} times" if each["restarts"] else ""
        pid = f", pid {each['pid']}" if each["pid"] else ""
        found.append(f"  {name:12} {each['state']}{pid}{again}")
    return found + ([f"  {shown['error']}"] if shown["error"] else [])


def _service(each: ServiceState) -> dict[str, Any]:
    return {"state": each.state, "pid": each.pid or None, "restarts": each.restarts, "start_took_s": each.ready_s}


def _addresses(endpoints: Endpoints) -> dict[str, str]:
    return {
        "database": reach.without_password(endpoints.database_url),
        "broker": reach.without_password(endpoints.broker_url),
        "ray": endpoints.ray_address,
        "store": endpoints.store,
    }
