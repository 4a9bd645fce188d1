CREATE UNIQUE INDEX uq_repl_tasks_named_seq ON repl_tasks (named_repl_id, seq) WHERE named_repl_id IS NOT NULL;
CREATE INDEX ix_repl_tasks_named_open ON repl_tasks (named_repl_id, seq) WHERE state IN ('pending', 'running') AND named_repl_id IS NOT NULL;
CREATE UNIQUE INDEX uq_repl_tasks_named_running ON repl_tasks (named_repl_id) WHERE state = 'running' AND named_repl_id IS NOT NULL;
ALTER TABLE repl_task_payloads
    ADD COLUMN engine TEXT DEFAULT 'auto' NOT NULL,
    ADD CONSTRAINT ck_repl_task_payloads_engine_known CHECK (engine IN ('auto', 'cpython', 'rust'));
ALTER TABLE repl_task_results
    ADD COLUMN state_version BIGINT,
    ADD COLUMN state_kind TEXT,
    ADD CONSTRAINT ck_repl_task_results_state_kind_known CHECK (state_kind IN ('saved', 'too_big', 'unchanged', 'lost'));
