CREATE TABLE steps (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    orchestration_id UUID NOT NULL,
    ordinal INTEGER NOT NULL,
    status TEXT DEFAULT 'ready' NOT NULL,
    plan_attempt INTEGER DEFAULT 0 NOT NULL,
    tries INTEGER DEFAULT 0 NOT NULL,
    losses INTEGER DEFAULT 0 NOT NULL,
    process_id BIGINT,
    claim UUID,
    claimed_until TIMESTAMP WITH TIME ZONE,
    due_at TIMESTAMP WITH TIME ZONE DEFAULT replwright_now() NOT NULL,
    nudge_at TIMESTAMP WITH TIME ZONE DEFAULT replwright_now() NOT NULL,
    nudges INTEGER DEFAULT 0 NOT NULL,
    task_id TEXT,
    parent_task_id TEXT,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT replwright_now() NOT NULL,
    CONSTRAINT pk_steps PRIMARY KEY (id),
    CONSTRAINT ck_steps_status_known CHECK (status IN ('ready', 'planning', 'waiting', 'landed', 'done', 'failed')),
    CONSTRAINT ck_steps_counts CHECK (tries >= 0 AND losses >= 0),
    CONSTRAINT uq_steps_orchestration_id_ordinal UNIQUE (orchestration_id, ordinal),
    CONSTRAINT fk_steps_orchestration_id FOREIGN KEY(orchestration_id) REFERENCES orchestrations (id) ON DELETE CASCADE
) WITH (fillfactor = 70, autovacuum_vacuum_threshold = 200, autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.05);
CREATE INDEX ix_steps_planning ON steps (process_id) WHERE status = 'planning';
CREATE INDEX ix_steps_ready ON steps (nudge_at) WHERE status = 'ready';
CREATE INDEX ix_steps_waiting ON steps (nudge_at) WHERE status = 'waiting';
