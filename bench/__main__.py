"""`python -m bench`: measure, print, and renew docs/benchmarks.md.

python -m bench                    all sections, all files (a quarter of an hour)
python -m bench --only meters      one section
python -m bench --quick            short files, one round, nothing written: does it run?
python -m bench kernels            every compiled kernel alone, on the screen (half a minute)
"""

import argparse
import sys
import tempfile
from pathlib import Path

from bench import kernels
from bench.document import DOCUMENT, busy, machine, replace_section
from bench.options import Options
from bench.sections import SECTIONS

_FILES = ((44_100, 240.0), (96_000, 240.0), (44_100, 3600.0), (96_000, 3600.0))
_HEAD = """# Benchmarks

Made by `python -m bench` (`make bench`), all tools in one run on one machine. Trust the ratios, not the seconds.
"""


def main(arguments: list[str] | None = None) -> int:
    """Run the benchmarks that were asked for."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure us beside our peers.")
    parser.add_argument("what", nargs="?", choices=["kernels"], help="the micro-benchmarks instead of the sections")
    parser.add_argument("--only", choices=[s.NAME for s in SECTIONS], action="append", help="only this section")
    parser.add_argument("--quick", action="store_true", help="short files, one round, nothing written")
    parser.add_argument("--short", action="store_true", help="leave the hour-long files out")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--folder", type=Path, help="keep the bench files here (a temporary folder without it)")
    asked = parser.parse_args(arguments)
    if asked.what == "kernels":
        print(kernels.run(quick=asked.quick))
        return 0
    with tempfile.TemporaryDirectory(prefix="freshears-bench-") as temporary:
        folder = asked.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        files = tuple(f for f in _FILES if not asked.short or f[1] < 600.0)
        options = Options(
            folder=folder,
            rounds=1 if asked.quick else max(1, asked.rounds),
            files=((44_100, 10.0),) if asked.quick else files,
            quick=asked.quick,
            say=lambda text: print(text, file=sys.stderr, flush=True),
        )
        text = DOCUMENT.read_text(encoding="utf-8") if DOCUMENT.exists() else _HEAD
        for section in SECTIONS:
            if asked.only and section.NAME not in asked.only:
                continue
            measured = section.run(options)
            body = f"## {section.TITLE}\n\nMachine: {machine()}.{busy()}\n\n{measured}"
            print(body)
            text = replace_section(text, section.NAME, body)
        if not asked.quick:
            DOCUMENT.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
