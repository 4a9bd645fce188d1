"""Stops: which running tasks were taken from which host. Written with the taking, read by the host's heartbeat."""

from collections.abc import Sequence

from sqlalchemy import Connection, text

_STOP = """
INSERT INTO stops (process_id, repl_task_id)
SELECT taken.process_id, taken.repl_task_id
FROM unnest(CAST(:processes AS bigint[]), CAST(:tasks AS bigint[])) AS taken (process_id, repl_task_id)
JOIN processes ON processes.id = taken.process_id AND processes.ended_at IS NULL
ORDER BY taken.process_id, taken.repl_task_id
ON CONFLICT (process_id, repl_task_id) DO UPDATE SET created_at = replwright_now()
"""
# A host may have claimed the same task anew: that run is wanted.
_READ = """
SELECT repl_task_id FROM stops WHERE process_id = :process AND NOT EXISTS (
    SELECT FROM repl_tasks task
    WHERE task.id = stops.repl_task_id AND task.state = 'running' AND task.process_id = :process)
ORDER BY repl_task_id
"""
_FORGET = """
DELETE FROM stops
WHERE process_id = :process AND created_at < replwright_now() - make_interval(secs => :keep_s)
"""
_FORGET_ALL = "DELETE FROM stops WHERE process_id = ANY(CAST(:processes AS bigint[]))"


def stop(connection: Connection, taken: Sequence[tuple[int, int]]) -> None:
    """`taken` are (process, task) of tasks that ran and are not wanted from that process any more.

    A process that was given up needs no list: it learns that it is over, and stops them all.
    """
    if taken:
        processes, tasks = zip(*taken, strict=True)
        connection.execute(text(_STOP), {"processes": list(processes), "tasks": list(tasks)})


def read_stops(connection: Connection, process_id: int, keep_s: float) -> tuple[int, ...]:
    """The ids to stop. Each is repeated for `keep_s` seconds: the answer to a heartbeat may be lost."""
    connection.execute(text(_FORGET), {"process": process_id, "keep_s": keep_s})
    return tuple(connection.execute(text(_READ), {"process": process_id}).scalars())


def forget_stops(connection: Connection, processes: Sequence[int]) -> None:
    """These processes are over."""
    if processes:
        connection.execute(text(_FORGET_ALL), {"processes": list(processes)})
