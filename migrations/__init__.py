"""The schema's history. Applied by `models.migrate`; a test proves that it builds what `models.tables` declares."""
