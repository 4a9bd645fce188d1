CREATE TABLE profiles (
    blob TEXT NOT NULL,
    format TEXT NOT NULL,
    profile JSONB NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT replwright_now() NOT NULL,
    CONSTRAINT pk_profiles PRIMARY KEY (blob, format)
);

CREATE TABLE inputs (
    orchestration_id UUID NOT NULL,
    position INTEGER NOT NULL,
    name TEXT NOT NULL,
    blob TEXT NOT NULL,
    size BIGINT NOT NULL,
    format TEXT NOT NULL,
    CONSTRAINT pk_inputs PRIMARY KEY (orchestration_id, position),
    CONSTRAINT uq_inputs_orchestration_id_name UNIQUE (orchestration_id, name),
    CONSTRAINT ck_inputs_size CHECK (size > 0),
    CONSTRAINT fk_inputs_orchestration_id FOREIGN KEY(orchestration_id) REFERENCES orchestrations (id) ON DELETE CASCADE,
    CONSTRAINT fk_inputs_blob FOREIGN KEY(blob) REFERENCES blobs (key)
);
CREATE INDEX ix_inputs_blob ON inputs (blob);
