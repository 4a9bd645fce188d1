"""The soak: hundreds of jobs under random kills, and what came of them. `python -m tests.reliability.soak`."""
