-- The one clock of every query. STABLE, so that it can be compared with an index.
CREATE FUNCTION replwright_now() RETURNS timestamptz
LANGUAGE sql STABLE PARALLEL SAFE AS 'SELECT clock_timestamp()';
