CREATE TABLE messages (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    orchestration_id UUID NOT NULL,
    step_id BIGINT NOT NULL,
    text TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT replwright_now() NOT NULL,
    CONSTRAINT pk_messages PRIMARY KEY (id),
    CONSTRAINT fk_messages_orchestration_id FOREIGN KEY(orchestration_id) REFERENCES orchestrations (id) ON DELETE CASCADE,
    CONSTRAINT fk_messages_step_id FOREIGN KEY(step_id) REFERENCES steps (id) ON DELETE CASCADE
);
CREATE INDEX ix_messages_orchestration_id ON messages (orchestration_id);
