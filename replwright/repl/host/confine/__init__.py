"""The boundary: every layer that the kernel enforces around a REPL.

Standard library only, for it runs in the guest's Python. apply.py puts the layers on, in one order;
the other files are one layer each.
"""
