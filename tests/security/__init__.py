"""Attacks on the sandbox, each a real REPL: none may reach its goal."""
