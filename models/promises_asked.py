"""Promises 3 to 5 as queries: nothing is asked twice, the order of the plan holds, everything ends in time."""

from models.promises import Check

ASKED = (
    Check(
        3,
        """
        SELECT t.orchestration_id, 'task ' || t.task_id || ' is ' || t.state || ' although its result is recorded'
        FROM repl_tasks t JOIN repl_task_results r ON r.repl_task_id = t.id
        WHERE t.state <> 'done' OR t.attempt <> r.attempt
        """,
    ),
    Check(
        3,
        """
        SELECT orchestration_id, 'one request of step ' || step_id || ' has ' || count(*) || ' replies'
        FROM model_calls WHERE raw IS NOT NULL
        GROUP BY orchestration_id, step_id, repair, request_hash HAVING count(*) > 1
        """,
    ),
    Check(
        3,
        """
        SELECT late.orchestration_id, 'a request of step ' || late.step_id || ' was asked again after its reply'
        FROM model_calls late JOIN model_calls reply USING (orchestration_id, step_id, repair, request_hash)
        WHERE reply.raw IS NOT NULL AND late.failure IS NOT NULL AND late.plan_attempt > reply.plan_attempt
        """,
    ),
)

ORDERED = (
    Check(
        4,
        """
        SELECT e.orchestration_id, 'step ' || s.ordinal || ' was planned as ' || (e.data -> 'tasks') || ' but reads as '
            || coalesce(jsonb_agg(t.task_id ORDER BY t.ordinal) FILTER (WHERE t.id IS NOT NULL), '[]')
        FROM events e JOIN steps s ON s.orchestration_id = e.orchestration_id AND s.ordinal = (e.data ->> 'step')::int
        LEFT JOIN repl_tasks t ON t.step_id = s.id AND t.plan_attempt = s.plan_attempt
        WHERE e.name = 'planned' GROUP BY e.orchestration_id, e.seq, e.data, s.id, s.ordinal
        HAVING e.data -> 'tasks'
            <> coalesce(jsonb_agg(t.task_id ORDER BY t.ordinal) FILTER (WHERE t.id IS NOT NULL), '[]')
        """,
    ),
    Check(
        4,
        """
        SELECT t.orchestration_id, 'two tasks of step ' || s.ordinal || ' have the place ' || t.ordinal
        FROM repl_tasks t JOIN steps s ON s.id = t.step_id
        GROUP BY t.orchestration_id, s.ordinal, t.plan_attempt, t.ordinal HAVING count(*) > 1
        """,
    ),
)

ENDED = (
    Check(
        5,
        """
        SELECT id, 'it is still ' || status || ' after its deadline' FROM orchestrations
        WHERE ended_at IS NULL AND deadline_at + make_interval(secs => :slack_s) < replwright_now()
        """,
    ),
    Check(
        5,
        """
        SELECT id, 'it ended ' || (ended_at - deadline_at) || ' after its deadline' FROM orchestrations
        WHERE ended_at > deadline_at + make_interval(secs => :slack_s)
        """,
    ),
    Check(
        5,
        """
        SELECT id, 'it is ' || status || ' without a reason' FROM orchestrations
        WHERE (reason IS NULL) <> (status IN ('queued', 'planning', 'waiting'))
           OR (ended_at IS NULL) <> (reason IS NULL)
        """,
    ),
    Check(
        5,
        """
        SELECT o.id, 'it is ' || o.status || ', retried ' || o.retries || ' times, but its end was announced '
            || count(e.seq) FILTER (WHERE e.name = 'ended') || ' times'
        FROM orchestrations o
        LEFT JOIN events e ON e.orchestration_id = o.id AND e.name IN ('ended', 'retried')
        GROUP BY o.id, o.status, o.ended_at, o.retries
        HAVING count(e.seq) FILTER (WHERE e.name = 'ended') <> (o.ended_at IS NOT NULL)::int + o.retries
            OR count(e.seq) FILTER (WHERE e.name = 'retried') <> o.retries
        """,
    ),
    Check(
        5,
        """
        SELECT e.orchestration_id, 'something happened after its end: ' || later.name
        FROM events e CROSS JOIN LATERAL (
            SELECT next.name FROM events next WHERE next.orchestration_id = e.orchestration_id AND next.seq > e.seq
            ORDER BY next.seq LIMIT 1) later
        WHERE e.name = 'ended' AND later.name <> 'retried'
        """,
    ),
    Check(
        5,
        """
        SELECT o.id, 'it ended but step ' || s.ordinal || ' is ' || s.status
        FROM orchestrations o JOIN steps s ON s.orchestration_id = o.id
        WHERE o.ended_at IS NOT NULL AND s.status IN ('ready', 'planning', 'waiting')
        UNION ALL
        SELECT o.id, 'it ended but task ' || t.task_id || ' is ' || t.state
        FROM orchestrations o JOIN repl_tasks t ON t.orchestration_id = o.id
        WHERE o.ended_at IS NOT NULL AND t.state IN ('pending', 'running')
        """,
    ),
)
