CREATE TABLE budgets (
    id UUID NOT NULL,
    cap BIGINT NOT NULL,
    spent BIGINT DEFAULT 0 NOT NULL,
    reserved BIGINT DEFAULT 0 NOT NULL,
    CONSTRAINT pk_budgets PRIMARY KEY (id),
    CONSTRAINT ck_budgets_amounts CHECK (cap >= 0 AND spent >= 0 AND reserved >= 0),
    CONSTRAINT fk_budgets_id FOREIGN KEY(id) REFERENCES orchestrations (id) ON DELETE CASCADE
) WITH (fillfactor = 70, autovacuum_vacuum_threshold = 200, autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.05);

CREATE TABLE reservations (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    budget_id UUID NOT NULL,
    orchestration_id UUID NOT NULL,
    step_id BIGINT,
    repl_task_id BIGINT,
    process_id BIGINT NOT NULL,
    amount BIGINT NOT NULL,
    settled BIGINT,
    state TEXT DEFAULT 'held' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT replwright_now() NOT NULL,
    settled_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_reservations PRIMARY KEY (id),
    CONSTRAINT ck_reservations_state_known CHECK (state IN ('held', 'settled')),
    CONSTRAINT ck_reservations_amount CHECK (amount >= 0),
    CONSTRAINT fk_reservations_budget_id FOREIGN KEY(budget_id) REFERENCES budgets (id) ON DELETE CASCADE,
    CONSTRAINT fk_reservations_orchestration_id FOREIGN KEY(orchestration_id) REFERENCES orchestrations (id) ON DELETE CASCADE,
    CONSTRAINT fk_reservations_step_id FOREIGN KEY(step_id) REFERENCES steps (id) ON DELETE CASCADE,
    CONSTRAINT fk_reservations_repl_task_id FOREIGN KEY(repl_task_id) REFERENCES repl_tasks (id) ON DELETE CASCADE
);
CREATE INDEX ix_reservations_budget_id ON reservations (budget_id);
CREATE INDEX ix_reservations_held ON reservations (process_id) WHERE state = 'held';
