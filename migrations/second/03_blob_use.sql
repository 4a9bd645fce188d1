CREATE TABLE blob_uses (
    blob TEXT NOT NULL,
    repl_task_id BIGINT NOT NULL,
    CONSTRAINT pk_blob_uses PRIMARY KEY (blob, repl_task_id),
    CONSTRAINT fk_blob_uses_blob FOREIGN KEY(blob) REFERENCES blobs (key),
    CONSTRAINT fk_blob_uses_repl_task_id FOREIGN KEY(repl_task_id) REFERENCES repl_tasks (id) ON DELETE CASCADE
);
CREATE INDEX ix_blob_uses_repl_task_id ON blob_uses (repl_task_id);
INSERT INTO blob_uses (blob, repl_task_id)
SELECT DISTINCT blobs.key, result.repl_task_id
FROM repl_task_results result
CROSS JOIN LATERAL jsonb_array_elements(result.artifacts) AS artifact
JOIN blobs ON blobs.key = artifact ->> 'blob';
