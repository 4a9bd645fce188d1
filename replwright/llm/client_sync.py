"""Proves that baml_client/ is what baml_src/ generates: `python -m replwright.llm.client_sync`."""

import filecmp
import shutil
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
REMEDY = "run baml-cli generate in the root of the checkout and commit baml_client/"


def differences(root: Path = ROOT) -> list[str]:
    """What differs between the committed client and a fresh one, a line each; empty when they are in sync."""
    declared = f'version "{version("baml-py")}"'
    if declared not in (root / "baml_src" / "generators.baml").read_text():
        return [f"baml_src/generators.baml does not say {declared}, the installed baml-py"]
    with tempfile.TemporaryDirectory() as fresh:
        shutil.copytree(root / "baml_src", Path(fresh) / "baml_src")
        cli = Path(sys.executable).parent / "baml-cli"
        made = subprocess.run([cli, "generate"], cwd=fresh, capture_output=True, text=True, timeout=120, check=False)
        if made.returncode:
            return [f"baml-cli generate failed: {(made.stderr or made.stdout).strip()[-2000:]}"]
        return _compared(Path(fresh) / "baml_client", root / "baml_client")


def _compared(fresh: Path, committed: Path) -> list[str]:
    made, kept = (
        {str(file.relative_to(folder)) for file in folder.rglob("*.py")} if folder.is_dir() else set[str]()
        for folder in (fresh, committed)
    )
    told = [f"baml_client/{name} is missing" for name in sorted(made - kept)]
    told += [f"baml_client/{name} is not generated any more" for name in sorted(kept - made)]
    _, changed, unread = filecmp.cmpfiles(fresh, committed, sorted(made & kept), shallow=False)
    return told + [f"baml_client/{name} is out of date" for name in sorted(changed + unread)]


def main() -> int:
    found = differences()
    for line in found:
        print(line)
    if found:
        print(REMEDY)
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
