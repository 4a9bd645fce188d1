DROP INDEX CONCURRENTLY IF EXISTS ix_orchestrations_schema_version;
CREATE INDEX CONCURRENTLY ix_orchestrations_schema_version ON orchestrations (schema_version);
DROP INDEX CONCURRENTLY IF EXISTS ix_named_repls_last_used_at;
CREATE INDEX CONCURRENTLY ix_named_repls_last_used_at ON named_repls (last_used_at) WHERE state <> 'empty';
