"""The code of a profile task: run in a REPL with one input, its value describes that table."""

from pathlib import Path

PROFILE_CODE: str = (Path(__file__).parent / "guest" / "profile.py").read_text(encoding="utf-8") + (
    "\n\nprofile(inputs_df[next(iter(inputs))])\n"
)
