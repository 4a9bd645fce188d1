"""Every statement that the ledger runs, one verb a file. `models.ledger` puts them into transactions."""
