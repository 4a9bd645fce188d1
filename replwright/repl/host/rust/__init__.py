"""The engine `rust`: pydantic-monty, a Python interpreter in Rust, in workers that are confined as REPLs are."""
