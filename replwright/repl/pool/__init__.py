"""The Ray pool of REPL hosts. Import what you need from its modules: only `ray_pool` and below import Ray."""
