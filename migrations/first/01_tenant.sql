CREATE TABLE tenants (
    name TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT replwright_now() NOT NULL,
    CONSTRAINT pk_tenants PRIMARY KEY (name)
);

CREATE TABLE keys (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    tenant TEXT NOT NULL,
    name TEXT NOT NULL,
    prefix TEXT NOT NULL,
    key_hash TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT replwright_now() NOT NULL,
    revoked_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_keys PRIMARY KEY (id),
    CONSTRAINT uq_keys_key_hash UNIQUE (key_hash),
    CONSTRAINT fk_keys_tenant FOREIGN KEY(tenant) REFERENCES tenants (name) ON DELETE CASCADE
);
CREATE INDEX ix_keys_tenant ON keys (tenant);

CREATE TABLE quota_uses (
    tenant TEXT NOT NULL,
    day DATE NOT NULL,
    repl_tasks BIGINT DEFAULT 0 NOT NULL,
    spent BIGINT DEFAULT 0 NOT NULL,
    CONSTRAINT pk_quota_uses PRIMARY KEY (tenant, day),
    CONSTRAINT fk_quota_uses_tenant FOREIGN KEY(tenant) REFERENCES tenants (name) ON DELETE CASCADE
) WITH (fillfactor = 70, autovacuum_vacuum_threshold = 200, autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.05);

CREATE TABLE quotas (
    tenant TEXT NOT NULL,
    max_active INTEGER,
    max_repl_tasks_a_day BIGINT,
    max_spend_a_day BIGINT,
    CONSTRAINT pk_quotas PRIMARY KEY (tenant),
    CONSTRAINT fk_quotas_tenant FOREIGN KEY(tenant) REFERENCES tenants (name) ON DELETE CASCADE
);

INSERT INTO tenants (name) VALUES ('default');
