"""`python -m tests.check_lua`: luac (5.3 and 5.4) and luacheck over every script that lives inside a DAW."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from bridge.daw.ardour.scripts import all_scripts

ROOT = Path(__file__).parent.parent
ARDOUR = ROOT / "daw_scripts" / "ardour"
COMPILERS = (("luac5.3", ["-p"]), ("luac5.4", ["-p"]))


def put_together(folder: Path) -> list[str]:
    """Write Ardour's scripts as they are installed, from their parts, and return their paths."""
    for name, text in all_scripts(ARDOUR).items():
        (folder / name).write_text(text, encoding="utf-8")
    return sorted(str(path) for path in folder.iterdir())


def check(scripts: list[str], luacheck_config: Path) -> int:
    """Run every checker that is there, return how many complain; a missing one is named."""
    failed = 0
    for program, options in (*COMPILERS, ("luacheck", ["--quiet", "--config", str(luacheck_config)])):
        if shutil.which(program) is None:
            print(f"{program} is not installed: not checked")
            failed += os.environ.get("FRESHEARS_FORBID_SKIPS") == "1"
        elif program.startswith("luac5"):  # one by one: Debian's luac5.4 -p aborts on several files
            failed += any(
                subprocess.run([program, *options, script], cwd=ROOT, check=False).returncode for script in scripts
            )
        else:
            failed += subprocess.run([program, *options, *scripts], cwd=ROOT, check=False).returncode != 0
    return failed


def main() -> int:
    """Check all scripts; a missing checker fails where skips are forbidden."""
    reaper = sorted(str(path) for path in (ROOT / "daw_scripts" / "reaper").rglob("*.lua"))
    with tempfile.TemporaryDirectory() as folder:
        failed = check(reaper, ROOT / ".luacheckrc") + check(put_together(Path(folder)), ARDOUR / ".luacheckrc")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
