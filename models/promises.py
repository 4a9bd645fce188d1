"""The promises as queries: each finds rows that break one, as (orchestration, why). They hold at any moment."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Check:
    """`promise` is 1 to 6. The query takes :slack_s, the seconds of one sweep."""

    promise: int
    sql: str


ACCEPTED = (
    Check(
        1,
        """
        SELECT id, 'it has no question' FROM orchestrations
        WHERE NOT EXISTS (SELECT FROM orchestration_payloads p WHERE p.orchestration_id = orchestrations.id)
        """,
    ),
    Check(
        1,
        """
        SELECT o.id, 'it is ' || o.status || ' but has ' || count(s.id) || ' open steps: nothing can move it'
        FROM orchestrations o
        LEFT JOIN steps s ON s.orchestration_id = o.id AND s.status IN ('ready', 'planning', 'waiting')
        WHERE o.ended_at IS NULL GROUP BY o.id, o.status HAVING count(s.id) <> 1
        """,
    ),
    Check(
        1,
        """
        SELECT o.id, 'it is ' || o.status || ' but its step ' || s.ordinal || ' is ' || s.status
        FROM orchestrations o
        JOIN steps s ON s.orchestration_id = o.id AND s.status IN ('ready', 'planning', 'waiting')
        WHERE o.ended_at IS NULL AND o.status <> CASE
            WHEN s.status = 'ready' OR s.ordinal = 0 THEN 'queued' ELSE s.status END
        """,
    ),
    Check(
        1,
        """
        SELECT s.orchestration_id, 'step ' || s.ordinal || ' waits for nothing' FROM steps s
        WHERE s.status = 'waiting' AND NOT EXISTS (
            SELECT FROM repl_tasks t WHERE t.orchestration_id = s.orchestration_id AND t.step_id = s.id
              AND t.plan_attempt = s.plan_attempt AND t.state IN ('pending', 'running'))
        """,
    ),
    Check(
        1,
        """
        SELECT orchestration_id, 'step ' || ordinal || ' is planned by nobody' FROM steps
        WHERE status = 'planning' AND (process_id IS NULL OR claimed_until IS NULL)
        UNION ALL
        SELECT orchestration_id, 'task ' || task_id || ' runs nowhere' FROM repl_tasks
        WHERE state = 'running' AND (process_id IS NULL OR claimed_until IS NULL)
        """,
    ),
)

# What a fork copied was announced where it happened: in the orchestration that it came from.
ONCE = (
    Check(
        2,
        """
        SELECT t.orchestration_id, 'task ' || t.task_id || ' is done without a result' FROM repl_tasks t
        WHERE t.state = 'done'
          AND NOT EXISTS (SELECT FROM repl_task_results r WHERE r.repl_task_id = t.id AND r.attempt = t.attempt)
        """,
    ),
    Check(
        2,
        """
        SELECT t.orchestration_id, 'task ' || t.task_id || ' has ' || count(*) || ' results'
        FROM repl_tasks t JOIN repl_task_results r ON r.repl_task_id = t.id
        GROUP BY t.id, t.orchestration_id, t.task_id HAVING count(*) > 1
        """,
    ),
    Check(
        2,
        """
        SELECT t.orchestration_id, 'task ' || t.task_id || ' of step ' || s.ordinal || ' was announced as landed '
            || (SELECT count(*) FROM events e WHERE e.orchestration_id = t.orchestration_id AND e.name = 'task_landed'
                AND e.data ->> 'task_id' = t.task_id AND (e.data ->> 'step')::int = s.ordinal) || ' times'
        FROM repl_tasks t JOIN steps s ON s.id = t.step_id JOIN orchestrations o ON o.id = t.orchestration_id
        WHERE t.state = 'done' AND s.ordinal >= coalesce(o.forked_step, 0)
          AND 1 <> (SELECT count(*) FROM events e WHERE e.orchestration_id = t.orchestration_id
                    AND e.name = 'task_landed' AND e.data ->> 'task_id' = t.task_id
                    AND (e.data ->> 'step')::int = s.ordinal)
        """,
    ),
    Check(
        2,
        """
        SELECT orchestration_id, 'its steps are not numbered without gaps' FROM steps GROUP BY orchestration_id
        HAVING count(*) <> max(ordinal) - min(ordinal) + 1 OR min(ordinal) > 1 OR count(DISTINCT ordinal) <> count(*)
        """,
    ),
    Check(
        2,
        """
        SELECT s.orchestration_id, 'step ' || s.ordinal || ' is ' || s.status || ' but was landed '
            || count(e.seq) || ' times'
        FROM steps s JOIN orchestrations o ON o.id = s.orchestration_id
        LEFT JOIN events e ON e.orchestration_id = s.orchestration_id AND e.name = 'step_landed'
            AND (e.data ->> 'step')::int = s.ordinal
        WHERE s.ordinal >= coalesce(o.forked_step, 0)
        GROUP BY s.id, s.orchestration_id, s.ordinal, s.status HAVING count(e.seq) <> (s.status = 'landed')::int
        """,
    ),
    Check(
        2,
        """
        SELECT s.orchestration_id, 'step ' || s.ordinal || ' landed while task ' || t.task_id || ' is ' || t.state
        FROM steps s JOIN repl_tasks t ON t.step_id = s.id AND t.plan_attempt = s.plan_attempt
        WHERE s.status = 'landed' AND t.state IN ('pending', 'running')
        """,
    ),
    Check(
        2,
        """
        SELECT s.orchestration_id, 'step ' || s.ordinal || ' is ' || s.status || ' but not the last one'
        FROM steps s WHERE s.status <> 'landed' AND EXISTS (
            SELECT FROM steps later WHERE later.orchestration_id = s.orchestration_id AND later.ordinal > s.ordinal)
        """,
    ),
    Check(
        2,
        """
        SELECT o.id, 'it is a fork, but step ' || s.ordinal || ' that it copied is ' || s.status
        FROM orchestrations o JOIN steps s ON s.orchestration_id = o.id AND s.ordinal < o.forked_step
        WHERE s.status <> 'landed'
        UNION ALL
        SELECT o.id, 'it is a fork, but task ' || t.task_id || ' that it copied is ' || t.state
        FROM orchestrations o JOIN steps s ON s.orchestration_id = o.id AND s.ordinal < o.forked_step
        JOIN repl_tasks t ON t.step_id = s.id WHERE t.state <> 'done'
        """,
    ),
    Check(
        2,
        """
        SELECT orchestration_id, 'its events are not numbered without gaps' FROM events GROUP BY orchestration_id
        HAVING count(*) <> max(seq) OR min(seq) <> 1
        """,
    ),
)
