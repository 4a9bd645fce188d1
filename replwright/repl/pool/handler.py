"""REPLToolHandler: from a model's SpawnREPL to the pool and back to a REPLResult, for library callers."""

from collections.abc import Sequence

from orchestration.errors import BadInput
from orchestration.limits import TaskLimits
from orchestration.plan import PlanRules, problems_of
from orchestration.repl_job import ReplJob
from orchestration.tools import REPLResult, SpawnREPL
from replwright.repl.pool.ray_pool import RayREPLPool
from replwright.repl.pool.translate import result_without_files


class REPLToolHandler:
    """The bridge from tools to the pool, with a timeout for each item.

    A tool that names a REPL needs a `session_id`, whose named REPLs outlive this handler.
    """

    def __init__(self, pool: RayREPLPool, session_id: str | None = None) -> None:
        self._pool, self._session_id = pool, session_id

    def handle_spawn_repl(self, spawn: SpawnREPL) -> REPLResult:
        """Run one SpawnREPL. Raises BadInput for what a plan would be refused for."""
        return self.handle_batch_spawn([spawn])[0]

    def handle_batch_spawn(self, spawns: Sequence[SpawnREPL]) -> list[REPLResult]:
        """Run a batch; results in its order, whatever order they finished in.

        Fresh REPLs run side by side, then those of the named ones, one after the other.
        """
        if not spawns:
            return []
        if problems := problems_of(spawns, PlanRules()):
            raise BadInput("spawns", "; ".join(problems), "correct the batch")
        fresh = [spawn for spawn in spawns if spawn.repl is None]
        if len(fresh) < len(spawns) and self._session_id is None:
            raise BadInput("repl", "a named REPL needs a session", "give the handler a session_id")
        outcomes = dict(zip((one.task_id for one in fresh), self._pool.run_jobs([*map(_job, fresh)]), strict=True))
        for spawn in spawns:
            if spawn.repl is not None and self._session_id is not None:
                outcomes[spawn.task_id] = self._pool.run_in_session(_job(spawn), self._session_id, spawn.repl)
        return [result_without_files(spawn.task_id, outcomes[spawn.task_id]) for spawn in spawns]


def _job(spawn: SpawnREPL) -> ReplJob:
    return ReplJob(
        spawn.code_to_execute,
        context_data=spawn.context_data,
        limits=TaskLimits(timeout_s=spawn.timeout_seconds or TaskLimits().timeout_s),
        engine=spawn.engine,
    )
