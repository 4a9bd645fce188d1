"""Everything that makes up a schema, as the server describes it: two schemas are equal if these are."""

from sqlalchemy import Engine, text

_QUERIES = {
    "columns": """
        SELECT table_name || '.' || column_name, data_type || ' ' || is_nullable || ' ' || coalesce(column_default, '')
               || ' ' || is_identity || ' ' || coalesce(identity_generation, '') || ' ' || ordinal_position
        FROM information_schema.columns WHERE table_schema = 'public'
    """,
    "constraints": """
        SELECT conrelid::regclass || ' ' || conname, pg_get_constraintdef(oid) FROM pg_constraint
        WHERE connamespace = 'public'::regnamespace AND conrelid <> 0
    """,
    "indexes": "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
    "storage": """
        SELECT relname, array_to_string(reloptions, ',') FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
    """,
    "functions": """
        SELECT proname, pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    """,
    "triggers": "SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
    "tenants": "SELECT name, name FROM tenants",
}


def catalog(engine: Engine) -> dict[str, dict[str, str]]:
    """What there is, by kind and name; Alembic's own table apart."""
    found: dict[str, dict[str, str]] = {}
    with engine.connect() as connection:
        for kind, query in _QUERIES.items():
            rows = connection.execute(text(query)).all()
            found[kind] = {name: what for name, what in sorted(rows) if "alembic_version" not in name}
    return found
