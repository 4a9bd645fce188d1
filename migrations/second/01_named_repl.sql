ALTER TABLE named_repls
    ADD COLUMN version BIGINT DEFAULT 0 NOT NULL,
    ADD COLUMN engine TEXT,
    ADD COLUMN unsaved JSONB DEFAULT '[]' NOT NULL,
    ADD COLUMN lost_reason TEXT,
    ADD COLUMN saved_by BIGINT,
    ADD COLUMN claim UUID,
    ADD COLUMN claimed_until TIMESTAMP WITH TIME ZONE,
    ADD CONSTRAINT ck_named_repls_engine_known CHECK (engine IN ('auto', 'cpython', 'rust')),
    ADD CONSTRAINT ck_named_repls_versions CHECK (snapshot_version <= version AND version <= fence),
    ADD CONSTRAINT ck_named_repls_saved CHECK (state <> 'saved' OR snapshot IS NOT NULL),
    ADD CONSTRAINT ck_named_repls_lost_with_reason CHECK ((state = 'lost') = (lost_reason IS NOT NULL));
DROP INDEX ix_named_repls_last_used_at;
CREATE INDEX ix_named_repls_last_used_at ON named_repls (last_used_at) WHERE session_id IS NOT NULL AND state <> 'empty';
CREATE INDEX ix_named_repls_snapshot ON named_repls (snapshot) WHERE snapshot IS NOT NULL;
