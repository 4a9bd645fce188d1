ALTER TABLE processes
    ADD COLUMN machine TEXT,
    ADD COLUMN pid_started BIGINT,
    ADD COLUMN problems JSONB DEFAULT '[]' NOT NULL,
    ADD COLUMN queues JSONB DEFAULT '[]' NOT NULL;
ALTER TABLE steps ADD COLUMN first_call INTEGER DEFAULT 0 NOT NULL;
ALTER TABLE orchestrations
    ADD COLUMN retries INTEGER DEFAULT 0 NOT NULL,
    ADD COLUMN forked_from UUID,
    ADD COLUMN forked_step INTEGER,
    ADD CONSTRAINT ck_orchestrations_forked CHECK ((forked_from IS NULL) = (forked_step IS NULL)) NOT VALID;
ALTER TABLE events
    DROP CONSTRAINT ck_events_name_known,
    ADD CONSTRAINT ck_events_name_known CHECK (name IN ('submitted', 'planning', 'plan_rejected', 'planned', 'message', 'task_started', 'task_returned', 'task_landed', 'step_landed', 'released', 'retried', 'ended')) NOT VALID;
CREATE TABLE applied_migrations (
    revision TEXT NOT NULL,
    phase TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE DEFAULT replwright_now() NOT NULL,
    CONSTRAINT pk_applied_migrations PRIMARY KEY (revision),
    CONSTRAINT ck_applied_migrations_phase_known CHECK (phase IN ('pre', 'post'))
);
INSERT INTO applied_migrations (revision, phase) VALUES ('0001', 'pre'), ('0002', 'pre');
