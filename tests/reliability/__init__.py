"""What the promises rest on, measured: long runs, and mutants that named tests must catch."""
