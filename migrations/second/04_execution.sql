CREATE TABLE executions (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    process_id BIGINT NOT NULL,
    at TIMESTAMP WITH TIME ZONE DEFAULT replwright_now() NOT NULL,
    code TEXT NOT NULL,
    session TEXT,
    engine TEXT NOT NULL,
    is_success BOOLEAN NOT NULL,
    error_kind TEXT,
    seconds DOUBLE PRECISION NOT NULL,
    actor_id TEXT NOT NULL,
    CONSTRAINT pk_executions PRIMARY KEY (id),
    CONSTRAINT ck_executions_engine_known CHECK (engine IN ('auto', 'cpython', 'rust')),
    CONSTRAINT ck_executions_error_kind_known CHECK (error_kind IN ('exception', 'timed_out', 'out_of_memory', 'output_limit', 'denied', 'crashed', 'cancelled', 'state_lost'))
);
CREATE INDEX ix_executions_at ON executions (at);
