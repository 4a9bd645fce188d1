CREATE TABLE events (
    orchestration_id UUID NOT NULL,
    seq INTEGER NOT NULL,
    name TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE DEFAULT replwright_now() NOT NULL,
    data JSONB NOT NULL,
    CONSTRAINT pk_events PRIMARY KEY (orchestration_id, seq),
    CONSTRAINT ck_events_name_known CHECK (name IN ('submitted', 'planning', 'plan_rejected', 'planned', 'message', 'task_started', 'task_landed', 'step_landed', 'released', 'ended')),
    CONSTRAINT fk_events_orchestration_id FOREIGN KEY(orchestration_id) REFERENCES orchestrations (id) ON DELETE CASCADE
);
