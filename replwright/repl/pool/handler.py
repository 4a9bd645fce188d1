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
    """The bridge from tools to the pool, with a timeout for each item."""

    def __init__(self, pool: RayREPLPool) -> None:
        self._pool = pool

    def handle_spawn_repl(self, spawn: SpawnREPL) -> REPLResult:
        """Run one SpawnREPL. Raises BadInput for what a plan would be refused for."""
        return self.handle_batch_spawn([spawn])[0]

    def handle_batch_spawn(self, spawns: Sequence[SpawnREPL]) -> list[REPLResult]:
        """Run a batch; results in its order, whatever order they finished in."""
        if not spawns:
            return []
        if problems := problems_of(spawns, PlanRules()):
            raise BadInput("spawns", "; ".join(problems), "correct the batch")
        default = TaskLimits().timeout_s
        jobs = [
            ReplJob(
                spawn.code_to_execute,
                context_data=spawn.context_data,
                limits=TaskLimits(timeout_s=spawn.timeout_seconds or default),
            )
            for spawn in spawns
        ]
        outcomes = self._pool.run_jobs(jobs)
        return [result_without_files(spawn.task_id, outcome) for spawn, outcome in zip(spawns, outcomes, strict=True)]
