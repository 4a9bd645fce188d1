"""The report of a soak: figures as JSON, and the same as a page of Markdown."""

import importlib.metadata
import os
import platform
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.reliability.soak.recovery import GOALS_S, Struck
from tests.reliability.soak.schedule import Fault

PACKAGES = ("celery", "kombu", "redis", "ray", "sqlalchemy", "psycopg", "baml-py", "pydantic-monty")


def percentile(values: Sequence[float], share: float) -> float | None:
    """The smallest value that at least this share of the values do not exceed; None without values."""
    ordered = sorted(values)
    if not ordered:
        return None
    # Rounded before it is rounded up: 0.95 * 20 is a little over 19 in floats.
    rank = -int(-round(share * len(ordered), 9) // 1)
    return ordered[max(0, rank - 1)]


def spread(values: Iterable[float | None]) -> dict[str, float | int | None]:
    """How many there are, and their p50, p95 and maximum, in seconds."""
    found = [value for value in values if value is not None]
    return {
        "many": len(found),
        "p50": percentile(found, 0.5),
        "p95": percentile(found, 0.95),
        "max": max(found, default=None),
    }


def by_kind(struck: Sequence[Struck]) -> dict[str, dict[str, Any]]:
    """Faults by kind: tried, hit, and the times to recover of those that were alone, and of all."""
    found: dict[str, dict[str, Any]] = {}
    for fault in Fault:
        tried = [each for each in struck if each.fault is fault]
        hit = [each for each in tried if each.hit]
        alone = [each for each in hit if each.alone]
        if tried:
            found[fault.value] = {
                "tried": len(tried),
                "hit": len(hit),
                "alone": len(alone),
                "held": sum(each.held for each in hit),
                "never_recovered": sum(each.lost for each in hit),
                "goal_s": GOALS_S.get(fault),
                "served_alone_s": spread(each.served_s for each in alone),
                "recovered_alone_s": spread(each.recovered_s for each in alone),
                "served_s": spread(each.served_s for each in hit),
                "recovered_s": spread(each.recovered_s for each in hit),
            }
    return found


def missed_goals(kinds: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Where the p95 of the faults that were alone is over its goal, a line each."""
    return [
        f"{kind}: p95 {each[what]['p95']} s, the goal is {each['goal_s']:g} s ({what})"
        for kind, each in kinds.items()
        for what in ("served_alone_s", "recovered_alone_s")
        if each["goal_s"] is not None and (each[what]["p95"] or 0.0) > each["goal_s"]
    ]


def machine() -> dict[str, Any]:
    """What it ran on."""
    kilobytes = int(re.findall(r"MemTotal: +(\d+)", Path("/proc/meminfo").read_text())[0])
    return {
        "cores": os.cpu_count(),
        "memory_gib": round(kilobytes / 1024**2, 1),
        "system": f"{platform.system()} {platform.machine()}",
        "load": [round(each, 1) for each in os.getloadavg()],
        "python": platform.python_version(),
        "packages": {name: importlib.metadata.version(name) for name in PACKAGES},
    }


def markdown(figures: Mapping[str, Any]) -> str:
    """The report for people."""
    jobs, box = figures["jobs"], figures["machine"]
    verdict = "every promise held" if not figures["violations"] else f"{len(figures['violations'])} VIOLATIONS"
    packages = ", ".join(f"{name} {version}" for name, version in box["packages"].items())
    lines = [
        f"# Soak of {figures['seconds'] / 60:.0f} min, seed {figures['seed']}: {verdict}",
        "",
        f"{figures['faults_hit']} faults hit (of {figures['faults_tried']} tried), {jobs['accepted']} jobs accepted, "
        f"{jobs['lost']} lost, {jobs['answered_twice']} answered twice, {jobs['stuck']} stuck, "
        f"{jobs['asked_again']} committed replies asked again.",
        "",
        f"Jobs by reason: {_counts(jobs['by_reason'])}. By kind: {_counts(jobs['by_kind'])}.",
        f"Late writes refused: {_counts(figures['late'])}.",
        f"Tracebacks in the logs: {_counts(figures['errors_logged'])}.",
        f"{figures['model_requests']} requests of the model; {jobs['submitted_again_with_their_key']} jobs submitted "
        f"twice under one key; {jobs['submits_without_an_answer']} submits met an outage and were sent again; "
        f"drained in {figures['drain_s']} s; latest end after a deadline {figures['latest_s']} s.",
        "",
        "Seconds to recover, p50 / p95 / max. Serves: until the service serves again. Work: until what the dead "
        "process held is claimed again, landed or ended. Alone: nothing else was broken meanwhile.",
        "",
        "| fault | tried | hit | alone | serves, alone | work, alone | serves, all | work, all | goal (p95) |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for kind, each in figures["faults"].items():
        times = [_times(each[what]) for what in ("served_alone_s", "recovered_alone_s", "served_s", "recovered_s")]
        goal = "" if each["goal_s"] is None else f"{each['goal_s']:g}"
        counts = [str(each[what]) for what in ("tried", "hit", "alone")]
        lines.append("| " + " | ".join([kind, *counts, *times, goal]) + " |")
    lines += ["", *(f"Goal missed: {line}" for line in figures["goals_missed"])]
    lines += [f"Violation: {line}" for line in figures["violations"]]
    if figures["kept"]:
        lines.append(f"Logs and database are kept in {figures['kept']}")
    lines.append(
        f"{box['cores']} cores, {box['memory_gib']} GiB, {box['system']}, load {box['load'][2]}, "
        f"Python {box['python']}, {figures['servers']}, {packages}."
    )
    lines.append(f"Ended {figures['ended']}.")
    return "\n".join(lines)


def _counts(found: Mapping[str, int]) -> str:
    return ", ".join(f"{many} {name}" for name, many in found.items()) or "none"


def _times(found: Mapping[str, float | int | None]) -> str:
    if not found["many"]:
        return ""
    return " / ".join(f"{found[what]:.1f}" for what in ("p50", "p95", "max")) + f" ({found['many']})"
