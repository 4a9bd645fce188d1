"""What runs inside a REPL. It imports the standard library, the guest's packages and nothing else of ours."""
