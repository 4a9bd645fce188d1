"""What a person or a program is told about a stack: everything but its secrets."""

from collections.abc import Sequence
from typing import Any

from replwright.local import reach, vitals
from replwright.local import state as stack_state
from replwright.local.endpoints import Endpoints
from replwright.local.paths import state_path
from replwright.local.state import Phase, ServiceState, StackState
from replwright.local.verdict import Verdict
from replwright.settings import Settings

GOOD = ("ready", "done")
MAX_PROBLEMS = 10
_IN_WORDS = {
    Verdict.OK: "serves",
    Verdict.DEGRADED: "degraded: jobs are accepted, but",
    Verdict.DOWN: "down: it does not serve",
}


def of(settings: Settings, state: StackState | None) -> dict[str, Any]:
    """Whether the stack of this home, or else the servers that the settings name, serve, and if not, why.

    "health" is "ok", "degraded" or "down", "problems" says why, and "serves" whether it is "ok".
    """
    if state is not None:
        return as_json(state) | _vitals_of(state)
    given = Endpoints.of(settings)
    found = as_json(None) | {"home": given.home, "addresses": _addresses(given)}
    if given.database_url and given.broker_url:
        return found | {"phase": "configured"} | _told(*vitals.examine(given))
    # What failed last here is told, too.
    last = stack_state.read(state_path(settings.home))
    error = "; ".join(last.error) if last and last.error else None
    why = f"the last stack here ended: {error}" if error else "no stack runs here"
    return found | _told(Verdict.DOWN, [why]) | {"error": why}


def as_json(state: StackState | None) -> dict[str, Any]:
    """What a stack tells of itself: `serves` says whether every service is ready."""
    if state is None:
        return {"serves": False, "phase": "stopped", "home": "", "services": {}, "error": None}
    services = {name: _service(each) for name, each in state.services.items()}
    return {
        "serves": state.phase is Phase.READY and not _unready(state),
        "phase": state.phase.value,
        "home": state.endpoints.home,
        "pid": state.supervisor.pid,
        "stops_when_idle_s": state.idle_s,
        "addresses": _addresses(state.endpoints),
        "services": services,
        "error": "; ".join(state.error) if state.error else None,
    }


def _vitals_of(state: StackState) -> dict[str, Any]:
    if state.phase is not Phase.READY:
        return _told(Verdict.DOWN, ["; ".join(state.error) if state.error else f"the stack is {state.phase.value}"])
    verdict, problems = vitals.examine(state.endpoints)
    unready = _unready(state)
    if unready and verdict is Verdict.OK:
        verdict = Verdict.DEGRADED
    return _told(verdict, [*unready, *problems])


def _unready(state: StackState) -> list[str]:
    needed = [each for each in state.services.values() if each.state not in GOOD and not each.late]
    return [f"{each.title} is {each.state}; see {state.endpoints.home}/logs" for each in needed]


def _told(verdict: Verdict, problems: Sequence[str]) -> dict[str, Any]:
    return {"serves": verdict is Verdict.OK, "health": verdict.value, "problems": list(problems)[:MAX_PROBLEMS]}


def lines(shown: dict[str, Any]) -> list[str]:
    """The same for a terminal."""
    found = [f"{shown['home']} ({shown['phase']}): {_IN_WORDS[shown['health']]}"]
    found += [f"  {problem}" for problem in shown["problems"]]
    found += [f"  {name:12} {address}" for name, address in shown.get("addresses", {}).items()]
    for name, each in shown["services"].items():
        again = f", started again {each['restarts']} times" if each["restarts"] else ""
        pid = f", pid {each['pid']}" if each["pid"] else ""
        found.append(f"  {name:12} {each['state']}{pid}{again}")
    return found


def _service(each: ServiceState) -> dict[str, Any]:
    return {"state": each.state, "pid": each.pid or None, "restarts": each.restarts, "start_took_s": each.ready_s}


def _addresses(endpoints: Endpoints) -> dict[str, str]:
    return {
        "database": reach.without_password(endpoints.database_url),
        "broker": reach.without_password(endpoints.broker_url),
        "ray": endpoints.ray_address,
        "store": endpoints.store,
    }
