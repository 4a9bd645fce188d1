CREATE TABLE schedules (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    tenant TEXT NOT NULL,
    name TEXT NOT NULL,
    cron TEXT NOT NULL,
    timezone TEXT DEFAULT 'UTC' NOT NULL,
    request JSONB NOT NULL,
    enabled BOOLEAN DEFAULT true NOT NULL,
    due_at TIMESTAMP WITH TIME ZONE,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT replwright_now() NOT NULL,
    CONSTRAINT pk_schedules PRIMARY KEY (id),
    CONSTRAINT uq_schedules_tenant_name UNIQUE (tenant, name),
    CONSTRAINT fk_schedules_tenant FOREIGN KEY(tenant) REFERENCES tenants (name)
);
CREATE INDEX ix_schedules_due ON schedules (due_at) WHERE enabled;

CREATE TABLE schedule_runs (
    schedule_id BIGINT NOT NULL,
    due_at TIMESTAMP WITH TIME ZONE NOT NULL,
    orchestration_id UUID,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT replwright_now() NOT NULL,
    CONSTRAINT pk_schedule_runs PRIMARY KEY (schedule_id, due_at),
    CONSTRAINT fk_schedule_runs_schedule_id FOREIGN KEY(schedule_id) REFERENCES schedules (id) ON DELETE CASCADE,
    CONSTRAINT fk_schedule_runs_orchestration_id FOREIGN KEY(orchestration_id) REFERENCES orchestrations (id) ON DELETE SET NULL
);
