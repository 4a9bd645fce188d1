"""Which faults come, and when: a pure function of the seed."""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from orchestration.errors import BadInput


class Fault(StrEnum):
    """SIGKILL unless the name says otherwise."""

    PLAN = "plan worker"
    DISPATCH = "dispatch worker"
    BEAT = "beat"
    HOST = "host"
    RAY = "ray head"
    GCS = "ray gcs"
    BROKER = "broker"
    POSTGRES = "postgres"
    POSTGRES_QUIT = "postgres SIGQUIT"
    POSTGRES_FAST = "postgres fast stop"
    FLUSHED = "broker emptied"
    PLAN_PAUSED = "plan worker paused"
    HOST_PAUSED = "host paused"
    PLAN_ENDED = "plan worker SIGTERM"
    HINTS = "hints repeated"
    REPL = "repl"


WEIGHTS: Mapping[Fault, int] = {
    Fault.PLAN: 20,
    Fault.DISPATCH: 10,
    Fault.BEAT: 10,
    Fault.HOST: 20,
    Fault.RAY: 6,
    Fault.GCS: 2,
    Fault.BROKER: 6,
    Fault.POSTGRES: 6,
    Fault.POSTGRES_QUIT: 2,
    Fault.POSTGRES_FAST: 2,
    Fault.FLUSHED: 8,
    Fault.PLAN_PAUSED: 4,
    Fault.HOST_PAUSED: 4,
    Fault.PLAN_ENDED: 6,
    Fault.HINTS: 6,
    Fault.REPL: 8,
}
GROUPS: Mapping[str, tuple[Fault, ...]] = {
    "worker": (Fault.PLAN, Fault.DISPATCH),
    "beat": (Fault.BEAT,),
    "host": (Fault.HOST,),
    "ray": (Fault.RAY, Fault.GCS),
    "broker": (Fault.BROKER, Fault.FLUSHED),
    "postgres": (Fault.POSTGRES, Fault.POSTGRES_QUIT, Fault.POSTGRES_FAST),
    "pause": (Fault.PLAN_PAUSED, Fault.HOST_PAUSED),
    "deploy": (Fault.PLAN_ENDED,),
    "hints": (Fault.HINTS,),
    "repl": (Fault.REPL,),
}
LEAST_GAP_S, MOST_GAP_S = 0.5, 4.0
TOGETHER, IMPATIENT = 0.12, 0.15


@dataclass(frozen=True, slots=True)
class Strike:
    """After `gap_s` seconds, these faults at once. `patient`: not before the ones before it are recovered from."""

    gap_s: float
    faults: tuple[Fault, ...]
    patient: bool


def faults_of(names: Sequence[str]) -> tuple[Fault, ...]:
    """The faults of these groups; all if none is named. Raises BadInput."""
    for name in names:
        if name not in GROUPS:
            raise BadInput("--kinds", f"{name!r} is unknown", f"name some of {','.join(GROUPS)}")
    return tuple(fault for name in names or GROUPS for fault in GROUPS[name])


def strikes(seed: int, faults: Sequence[Fault]) -> Iterator[Strike]:
    """Without end. Each fault comes once before chance alone decides, so that a short run meets each kind."""
    chance = random.Random(f"{seed} strikes")
    first = list(faults)
    chance.shuffle(first)
    while True:
        gap_s = chance.uniform(LEAST_GAP_S, MOST_GAP_S)
        struck = [first.pop() if first else _any(chance, faults)]
        if chance.random() < TOGETHER and (others := [fault for fault in faults if fault not in struck]):
            struck.append(_any(chance, others))
        yield Strike(gap_s, tuple(struck), patient=chance.random() >= IMPATIENT)


def _any(chance: random.Random, faults: Sequence[Fault]) -> Fault:
    return chance.choices(faults, [WEIGHTS[fault] for fault in faults])[0]
