"""The Ray pool of REPL hosts. Import what you need from its modules: only `ray_pool` and below import Ray."""

import os

# Read when Ray is first imported: a call without a cluster must fail, and never start a cluster of its own.
os.environ.setdefault("RAY_ENABLE_AUTO_CONNECT", "0")
