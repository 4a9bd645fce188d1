"""Promise 6 as queries: a named REPL has one writer at a time, in order, and its state is what its own run left."""

from models.promises import Check

NAMED = (
    Check(
        6,
        """
        SELECT t.orchestration_id, 'REPL ' || r.name || ' is run in by ' || count(*) || ' tasks at once'
        FROM named_repls r JOIN repl_tasks t ON t.named_repl_id = r.id AND t.state = 'running'
        GROUP BY r.id, r.name, t.orchestration_id HAVING count(*) > 1
        """,
    ),
    Check(
        6,
        """
        SELECT t.orchestration_id, 'task ' || t.task_id || ' of REPL ' || r.name || ' is ' || t.state
            || ' before task ' || earlier.task_id
        FROM named_repls r JOIN repl_tasks t ON t.named_repl_id = r.id AND t.state IN ('running', 'done')
        JOIN repl_tasks earlier ON earlier.named_repl_id = r.id AND earlier.seq < t.seq
            AND earlier.state IN ('pending', 'running')
        """,
    ),
    Check(
        6,
        """
        SELECT t.orchestration_id, 'task ' || t.task_id || ' of REPL ' || r.name || ' landed under the fence '
            || done.state_version || ', not above those before it'
        FROM named_repls r JOIN repl_tasks t ON t.named_repl_id = r.id
        JOIN repl_task_results done ON done.repl_task_id = t.id
        WHERE done.state_version <= (
            SELECT max(before.state_version) FROM repl_tasks earlier
            JOIN repl_task_results before ON before.repl_task_id = earlier.id
            WHERE earlier.named_repl_id = r.id AND earlier.seq < t.seq)
        """,
    ),
    Check(
        6,
        """
        SELECT r.orchestration_id, 'state ' || r.version || ' of REPL ' || r.name || ' is of no landed task of its own'
        FROM named_repls r
        WHERE r.version > 0 AND r.saved_by IS NULL AND NOT EXISTS (
            SELECT FROM repl_tasks t JOIN repl_task_results done ON done.repl_task_id = t.id
            WHERE t.named_repl_id = r.id AND t.state = 'done' AND done.state_version = r.version
              AND done.state_kind IN ('saved', 'too_big'))
        """,
    ),
    Check(
        6,
        """
        SELECT r.orchestration_id, 'REPL ' || r.name || ' is ' || r.state || ' at ' || r.version || ' of fence '
            || r.fence || ', its snapshot ' || coalesce(r.snapshot, 'none') || ' at ' || r.snapshot_version
        FROM named_repls r
        WHERE r.version > r.fence OR r.snapshot_version > r.version OR (r.snapshot IS NULL) <> (r.snapshot_version = 0)
           OR (r.state = 'saved' AND r.snapshot_version <> r.version) OR (r.state = 'empty' AND r.version > 0)
        """,
    ),
    Check(
        6,
        """
        SELECT o.id, 'it is ' || o.status || ' before number ' || earlier.session_number || ' of its session has ended'
        FROM orchestrations o
        JOIN orchestrations earlier ON earlier.session_id = o.session_id
            AND earlier.session_number < o.session_number AND earlier.ended_at IS NULL
        WHERE EXISTS (SELECT FROM steps s WHERE s.orchestration_id = o.id AND s.ordinal > 0 AND s.plan_attempt > 0)
        """,
    ),
)
