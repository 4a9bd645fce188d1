"""What the mutants change in the real modules: the text of a query, or a function in the place of another.

If what is to be changed is not there any more, it says so: a mutant that changes nothing proves nothing.
"""

import importlib
import pkgutil
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import uuid4

import models.queries
from models import ledger as ledger_module
from models.queries import close, heartbeat, host_claim, journal, land, locks, release, submit, sweep, turn
from models.queries.earlier import results_before
from orchestration.records import Swept
from orchestration.states import Status


class Unchanged(Exception):
    """What the mutant would change is not in the product any more: bring the mutant up to date."""


def _set(module: Any, name: str, instead: Any) -> None:
    """Put `instead` in the place of what is there."""
    if not hasattr(module, name):
        raise Unchanged(f"{module} has no {name}")
    setattr(module, name, instead)


def _sql(module: Any, name: str, old: str, new: str) -> None:
    """Change the text of a query."""
    before = getattr(module, name)
    if before.count(old) != 1:
        raise Unchanged(f"{old!r} stands {before.count(old)} times in {module.__name__}.{name}")
    setattr(module, name, before.replace(old, new))


def _function(module: Any, name: str, instead: Callable[..., Any]) -> None:
    """The same for a function, wherever it was imported by its name."""
    before = getattr(module, name)
    for each in pkgutil.iter_modules(models.queries.__path__, "models.queries."):
        importlib.import_module(each.name)
    for loaded in [value for key, value in sys.modules.items() if key.startswith(("models.", "orchestration."))]:
        if getattr(loaded, name, None) is before:
            setattr(loaded, name, instead)


def _nothing(*_: Any, **__: Any) -> None:
    return None


def fencing_off() -> None:
    _function(locks, "fence", _nothing)


def landing_takes_any_attempt() -> None:
    _sql(land, "_DONE", "AND task.attempt = landing.attempt", "")


def ended_jobs_take_results() -> None:
    """A result lands although its job is over: neither the lock nor the state of the task is asked."""

    def lock(*values: Any) -> Any:
        locked = locks.lock_orchestration(*values)
        return locked and replace(locked, status=Status.WAITING)

    _set(land, "lock_orchestration", lock)
    _sql(land, "_DONE", "AND task.state = 'running'", "AND task.state IN ('running', 'cancelled')")


def a_named_repl_has_no_fence() -> None:
    _sql(land, "_DONE", "AND repl.fence = landing.fence", "")


def claim_takes_what_is_held() -> None:
    from models.queries import claim

    _sql(claim, "_CLAIM", "AND status = 'ready'", "AND status IN ('ready', 'planning')")


def hosts_claim_what_runs() -> None:
    _sql(host_claim, "_CLAIM", "WHERE state = 'pending' AND", "WHERE state IN ('pending', 'running') AND")


def no_lock() -> None:
    _sql(locks, "_LOCK", "FOR NO KEY UPDATE", "")


def keys_are_forgotten() -> None:
    _sql(submit, "_INSERT", "VALUES (:id, :tenant, :key,", "VALUES (:id, :tenant, NULLIF(CAST(:key AS text), :key),")


def an_unknown_commit_is_done_again() -> None:
    def again(self: Any, new: Any) -> Any:
        return self._run(lambda connection: submit.submit(connection, uuid4(), new, self._profile_code, self._timing))

    _set(ledger_module.PostgresLedger, "submit", again)


def replies_are_forgotten() -> None:
    _sql(journal, "_READ", "AND raw IS NOT NULL", "AND false")


def early_tasks_stay() -> None:
    from models.queries.supersede import supersede_tasks

    _function(sys.modules[supersede_tasks.__module__], "supersede_tasks", _nothing)


def old_results_are_read() -> None:
    _sql(turn, "_TASKS", "AND task.plan_attempt = step.plan_attempt", "")
    _sql(sys.modules[results_before.__module__], "_EARLIER", "AND task.plan_attempt = step.plan_attempt", "")


def sweeper_off() -> None:
    _set(ledger_module.PostgresLedger, "sweep", lambda self, limit=100: Swept())


def the_silent_are_not_given_up() -> None:
    _function(heartbeat, "give_up_silent", lambda *_: 0)


def nobody_is_reminded() -> None:
    _function(sweep, "nudge_ready", lambda *_: ())


def deadlines_pass() -> None:
    _function(sweep, "end_overdue", lambda *_: False)


def steps_close_early() -> None:
    _sql(close, "_CLOSE", "AND task.state IN ('pending', 'running')", "AND task.state = 'pending'")


def steps_close_twice() -> None:
    _sql(close, "_CLOSE", "AND status = 'waiting' AND NOT EXISTS", "AND status IN ('waiting', 'landed') AND NOT EXISTS")


def hosts_are_not_told_to_stop() -> None:
    _function(sys.modules["models.queries.stops"], "stop", _nothing)


def who_leaves_keeps_its_steps() -> None:
    _set(release, "claims_of", lambda *_: [])
