CREATE TABLE model_calls (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    orchestration_id UUID NOT NULL,
    step_id BIGINT NOT NULL,
    plan_attempt INTEGER NOT NULL,
    repair INTEGER NOT NULL,
    request_hash TEXT NOT NULL,
    raw TEXT,
    failure TEXT,
    model TEXT,
    finish_reason TEXT,
    input_tokens BIGINT DEFAULT 0 NOT NULL,
    output_tokens BIGINT DEFAULT 0 NOT NULL,
    latency_s DOUBLE PRECISION DEFAULT 0 NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT replwright_now() NOT NULL,
    CONSTRAINT pk_model_calls PRIMARY KEY (id),
    CONSTRAINT ck_model_calls_reply_or_failure CHECK ((raw IS NULL) <> (failure IS NULL)),
    CONSTRAINT fk_model_calls_orchestration_id FOREIGN KEY(orchestration_id) REFERENCES orchestrations (id) ON DELETE CASCADE,
    CONSTRAINT fk_model_calls_step_id FOREIGN KEY(step_id) REFERENCES steps (id) ON DELETE CASCADE
);
CREATE INDEX ix_model_calls_orchestration_id ON model_calls (orchestration_id);
CREATE UNIQUE INDEX uq_model_calls_reply ON model_calls (step_id, repair, request_hash) WHERE raw IS NOT NULL;
