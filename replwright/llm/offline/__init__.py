"""The offline model `rules/1`: answers by a small published grammar, not by a language model."""

NAME = "rules/1"
