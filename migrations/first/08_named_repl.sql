CREATE TABLE named_repls (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    session_id BIGINT,
    orchestration_id UUID,
    name TEXT NOT NULL,
    state TEXT DEFAULT 'empty' NOT NULL,
    fence BIGINT DEFAULT 0 NOT NULL,
    next_seq BIGINT DEFAULT 1 NOT NULL,
    snapshot TEXT,
    snapshot_version BIGINT DEFAULT 0 NOT NULL,
    process_id BIGINT,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT replwright_now() NOT NULL,
    last_used_at TIMESTAMP WITH TIME ZONE DEFAULT replwright_now() NOT NULL,
    CONSTRAINT pk_named_repls PRIMARY KEY (id),
    CONSTRAINT ck_named_repls_state_known CHECK (state IN ('empty', 'saved', 'too_big', 'lost')),
    CONSTRAINT ck_named_repls_one_owner CHECK ((session_id IS NULL) <> (orchestration_id IS NULL)),
    CONSTRAINT uq_named_repls_session_id_name UNIQUE (session_id, name),
    CONSTRAINT uq_named_repls_orchestration_id_name UNIQUE (orchestration_id, name),
    CONSTRAINT fk_named_repls_session_id FOREIGN KEY(session_id) REFERENCES sessions (id) ON DELETE CASCADE,
    CONSTRAINT fk_named_repls_orchestration_id FOREIGN KEY(orchestration_id) REFERENCES orchestrations (id) ON DELETE CASCADE,
    CONSTRAINT fk_named_repls_snapshot FOREIGN KEY(snapshot) REFERENCES blobs (key)
) WITH (fillfactor = 70, autovacuum_vacuum_threshold = 200, autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.05);
CREATE INDEX ix_named_repls_last_used_at ON named_repls (last_used_at);
