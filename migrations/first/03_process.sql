CREATE TABLE processes (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    kind TEXT NOT NULL,
    node TEXT NOT NULL,
    pid INTEGER NOT NULL,
    release TEXT NOT NULL,
    started_at TIMESTAMP WITH TIME ZONE DEFAULT replwright_now() NOT NULL,
    seen_at TIMESTAMP WITH TIME ZONE DEFAULT replwright_now() NOT NULL,
    ended_at TIMESTAMP WITH TIME ZONE,
    lost BOOLEAN DEFAULT false NOT NULL,
    CONSTRAINT pk_processes PRIMARY KEY (id)
) WITH (fillfactor = 70, autovacuum_vacuum_threshold = 200, autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.05);
CREATE INDEX ix_processes_live ON processes (id) WHERE ended_at IS NULL;
