CREATE TABLE blobs (
    key TEXT NOT NULL,
    size BIGINT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT replwright_now() NOT NULL,
    last_used_at TIMESTAMP WITH TIME ZONE DEFAULT replwright_now() NOT NULL,
    CONSTRAINT pk_blobs PRIMARY KEY (key)
);
CREATE INDEX ix_blobs_last_used_at ON blobs (last_used_at);
