"""Replwright answers questions with code."""

__version__ = "0.1.0"
