"""One suite for both engines: what a job may rely on, whichever runs it; and a table of what one of them has not."""
