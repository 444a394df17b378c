"""Run the command as a person does: a process of its own, a home of its own."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).parent.parent.parent


class Ran(NamedTuple):
    """What a command printed and how it ended."""

    code: int
    out: str
    err: str

    def json(self) -> Any:
        """Return what it printed as JSON."""
        return json.loads(self.out)


def hears_interrupts() -> None:
    """Let a child hear Ctrl-C although the tests were started to ignore it, as `nohup make test &` does."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def freshears(*arguments: str, home: Path | None = None, timeout_s: float = 120.0, cwd: Path = ROOT) -> Ran:
    """Run `freshears` with these arguments."""
    environment = dict(os.environ, PYTHONPATH=str(ROOT), COLUMNS="160", NO_COLOR="1")
    environment["FRESHEARS_HOME"] = str(home or "/nonexistent-home")
    done = subprocess.run(
        [sys.executable, "-m", "bridge", *arguments],
        env=environment,
        cwd=cwd,
        capture_output=True,
        text=True,
        errors="surrogateescape",
        timeout=timeout_s,
        check=False,
    )
    return Ran(done.returncode, done.stdout, done.stderr)
