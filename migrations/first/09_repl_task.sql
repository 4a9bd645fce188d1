CREATE TABLE stops (
    process_id BIGINT NOT NULL,
    repl_task_id BIGINT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT replwright_now() NOT NULL,
    CONSTRAINT pk_stops PRIMARY KEY (process_id, repl_task_id)
);

CREATE TABLE repl_tasks (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    orchestration_id UUID NOT NULL,
    step_id BIGINT NOT NULL,
    ordinal INTEGER NOT NULL,
    task_id TEXT NOT NULL,
    kind TEXT DEFAULT 'spawn' NOT NULL,
    plan_attempt INTEGER NOT NULL,
    attempt INTEGER DEFAULT 0 NOT NULL,
    tries INTEGER DEFAULT 0 NOT NULL,
    losses INTEGER DEFAULT 0 NOT NULL,
    state TEXT DEFAULT 'pending' NOT NULL,
    turn BIGINT NOT NULL,
    timeout_s DOUBLE PRECISION NOT NULL,
    named_repl_id BIGINT,
    seq BIGINT,
    process_id BIGINT,
    claim UUID,
    claimed_until TIMESTAMP WITH TIME ZONE,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT replwright_now() NOT NULL,
    started_at TIMESTAMP WITH TIME ZONE,
    landed_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_repl_tasks PRIMARY KEY (id),
    CONSTRAINT ck_repl_tasks_state_known CHECK (state IN ('pending', 'running', 'done', 'cancelled', 'superseded')),
    CONSTRAINT ck_repl_tasks_kind_known CHECK (kind IN ('spawn', 'profile')),
    CONSTRAINT ck_repl_tasks_counts CHECK (tries >= 0 AND losses >= 0),
    CONSTRAINT fk_repl_tasks_orchestration_id FOREIGN KEY(orchestration_id) REFERENCES orchestrations (id) ON DELETE CASCADE,
    CONSTRAINT fk_repl_tasks_step_id FOREIGN KEY(step_id) REFERENCES steps (id) ON DELETE CASCADE,
    CONSTRAINT fk_repl_tasks_named_repl_id FOREIGN KEY(named_repl_id) REFERENCES named_repls (id)
) WITH (fillfactor = 70, autovacuum_vacuum_threshold = 200, autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.05);
CREATE INDEX ix_repl_tasks_open ON repl_tasks (orchestration_id, step_id) WHERE state IN ('pending', 'running');
CREATE INDEX ix_repl_tasks_pending ON repl_tasks (turn, id) WHERE state = 'pending';
CREATE INDEX ix_repl_tasks_running ON repl_tasks (process_id) WHERE state = 'running';
CREATE UNIQUE INDEX uq_repl_tasks_task_id ON repl_tasks (orchestration_id, kind, task_id) WHERE state <> 'superseded';

CREATE TABLE repl_task_payloads (
    repl_task_id BIGINT NOT NULL,
    task_type TEXT NOT NULL,
    code TEXT NOT NULL,
    context_data TEXT NOT NULL,
    timeout_seconds INTEGER,
    limits JSONB NOT NULL,
    input_position INTEGER,
    CONSTRAINT pk_repl_task_payloads PRIMARY KEY (repl_task_id),
    CONSTRAINT fk_repl_task_payloads_repl_task_id FOREIGN KEY(repl_task_id) REFERENCES repl_tasks (id) ON DELETE CASCADE
);

CREATE TABLE repl_task_results (
    repl_task_id BIGINT NOT NULL,
    attempt INTEGER NOT NULL,
    process_id BIGINT,
    is_success BOOLEAN NOT NULL,
    stdout TEXT NOT NULL,
    stderr TEXT,
    value TEXT,
    value_json TEXT,
    execution_time DOUBLE PRECISION NOT NULL,
    error_kind TEXT,
    engine TEXT NOT NULL,
    actor_id TEXT,
    artifacts JSONB NOT NULL,
    CONSTRAINT pk_repl_task_results PRIMARY KEY (repl_task_id),
    CONSTRAINT ck_repl_task_results_error_kind_known CHECK (error_kind IN ('exception', 'timed_out', 'out_of_memory', 'output_limit', 'denied', 'crashed', 'cancelled', 'state_lost')),
    CONSTRAINT fk_repl_task_results_repl_task_id FOREIGN KEY(repl_task_id) REFERENCES repl_tasks (id) ON DELETE CASCADE
);
