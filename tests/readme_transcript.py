"""The demo's transcript in README.md: written by `python -m tests.readme_transcript`, compared by a test.

Times, ports and folders differ from run to run and are replaced; everything else must be the demo's own words.
"""

import os
import re
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
BEGIN, END = "<!-- demo transcript -->\n```text\n", "```\n<!-- end of transcript -->"


def run_demo(folder: Path) -> str:
    """Run the demo in a folder and return what it printed."""
    environment = dict(os.environ, PYTHONPATH=str(ROOT), COLUMNS="200", NO_COLOR="1")
    environment.pop("FRESHEARS_HOME", None)
    done = subprocess.run(
        [sys.executable, "-m", "bridge", "demo", "--out", str(folder)],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    if done.returncode:
        raise AssertionError(f"the demo failed:\n{done.stdout}\n{done.stderr}")
    return done.stdout


def normalised(printed: str, folder: Path) -> str:
    """Replace what differs from run to run."""
    text = printed.replace(f"{folder}/", "demo/")
    text = re.sub(r"^\d\d:\d\d:\d\d", "14:05:00", text, flags=re.MULTILINE)
    text = re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1:9124", text)
    text = re.sub(r"Done in \d+ s", "Done in 9 s", text)
    return "\n".join(line.rstrip() for line in text.splitlines()) + "\n"


def in_readme() -> str:
    """Return the transcript as README.md holds it."""
    text = README.read_text(encoding="utf-8")
    start = text.index(BEGIN) + len(BEGIN)
    return text[start : text.index(END)]


def main() -> None:
    """Run the demo and put its transcript into README.md."""
    with TemporaryDirectory() as name:
        transcript = normalised(run_demo(Path(name)), Path(name))
    text = README.read_text(encoding="utf-8")
    start = text.index(BEGIN) + len(BEGIN)
    README.write_text(text[:start] + transcript + text[text.index(END) :], encoding="utf-8")


if __name__ == "__main__":
    main()
