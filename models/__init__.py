"""The rows and the only SQL.

from models.engine    make_engine: connections and their budget
from models.ledger    PostgresLedger: the Ledger port
from models.migrate   upgrade, check: the schema
from models.checker   check_promises: the six promises, from the rows
"""
