CREATE TABLE orchestrations (
    id UUID NOT NULL,
    tenant TEXT NOT NULL,
    idempotency_key TEXT,
    session_id BIGINT,
    session_number BIGINT,
    parent_id UUID,
    parent_task_id BIGINT,
    root_id UUID NOT NULL,
    depth INTEGER DEFAULT 0 NOT NULL,
    status TEXT DEFAULT 'queued' NOT NULL,
    reason TEXT,
    root_task_id TEXT,
    schema_version INTEGER DEFAULT 1 NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT replwright_now() NOT NULL,
    deadline_at TIMESTAMP WITH TIME ZONE NOT NULL,
    ended_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_orchestrations PRIMARY KEY (id),
    CONSTRAINT ck_orchestrations_status_known CHECK (status IN ('queued', 'planning', 'waiting', 'succeeded', 'failed', 'cancelled')),
    CONSTRAINT ck_orchestrations_reason_known CHECK (reason IN ('answered', 'partial', 'bad_input', 'not_understood', 'invalid_plan', 'model_error', 'step_limit', 'budget_exhausted', 'deadline_exceeded', 'poisoned', 'state_lost', 'cancelled')),
    CONSTRAINT ck_orchestrations_ended_with_reason CHECK ((ended_at IS NULL) = (reason IS NULL)),
    CONSTRAINT ck_orchestrations_ended_with_status CHECK ((ended_at IS NULL) = (status IN ('queued', 'planning', 'waiting'))),
    CONSTRAINT uq_orchestrations_tenant_idempotency_key UNIQUE (tenant, idempotency_key),
    CONSTRAINT uq_orchestrations_session_id_session_number UNIQUE (session_id, session_number),
    CONSTRAINT fk_orchestrations_tenant FOREIGN KEY(tenant) REFERENCES tenants (name),
    CONSTRAINT fk_orchestrations_session_id FOREIGN KEY(session_id) REFERENCES sessions (id),
    CONSTRAINT fk_orchestrations_parent_id FOREIGN KEY(parent_id) REFERENCES orchestrations (id)
) WITH (fillfactor = 70, autovacuum_vacuum_threshold = 200, autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.05);
CREATE INDEX ix_orchestrations_created_at ON orchestrations (created_at);
CREATE INDEX ix_orchestrations_open_deadline ON orchestrations (deadline_at) WHERE ended_at IS NULL;
CREATE INDEX ix_orchestrations_open_session ON orchestrations (session_id, session_number) WHERE ended_at IS NULL AND session_id IS NOT NULL;
CREATE INDEX ix_orchestrations_parent_task_id ON orchestrations (parent_task_id) WHERE parent_id IS NOT NULL;

CREATE TABLE orchestration_payloads (
    orchestration_id UUID NOT NULL,
    request_hash TEXT NOT NULL,
    question TEXT NOT NULL,
    model TEXT NOT NULL,
    limits JSONB NOT NULL,
    given_plan TEXT,
    show_samples BOOLEAN NOT NULL,
    answer TEXT,
    detail TEXT,
    CONSTRAINT pk_orchestration_payloads PRIMARY KEY (orchestration_id),
    CONSTRAINT fk_orchestration_payloads_orchestration_id FOREIGN KEY(orchestration_id) REFERENCES orchestrations (id) ON DELETE CASCADE
);
