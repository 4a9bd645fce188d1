CREATE INDEX ix_orchestrations_open_tenant ON orchestrations (tenant) WHERE ended_at IS NULL AND parent_id IS NULL;
