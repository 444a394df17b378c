"""`python -m tests.check_lua`: luac (5.3 and 5.4) and luacheck over every script that lives inside a DAW."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
CHECKERS = (("luac5.3", ["-p"]), ("luac5.4", ["-p"]), ("luacheck", ["--quiet"]))


def main() -> int:
    """Run every checker that is there; a missing one is named, and fails where skips are forbidden."""
    scripts = sorted(str(path) for path in (ROOT / "daw_scripts").rglob("*.lua"))
    failed = 0
    for program, options in CHECKERS:
        if shutil.which(program) is None:
            print(f"{program} is not installed: not checked")
            failed += os.environ.get("FRESHEARS_FORBID_SKIPS") == "1"
        elif scripts:
            failed += subprocess.run([program, *options, *scripts], cwd=ROOT, check=False).returncode != 0
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
