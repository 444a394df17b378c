"""The command line: parses and calls. Anything heavy is imported inside the command that needs it."""

import os
import sys


def main() -> None:
    """Run the command `freshears`."""
    # numpy's matrix products are small here; a second thread of theirs would spin on a core that the DAW wants.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    _name_files_in_utf_8()
    from bridge.cli.ahead import end_unused, launch_for

    launch_for(sys.argv[1:])
    try:
        from bridge.cli.root import run

        run()
    finally:
        end_unused()


def _name_files_in_utf_8() -> None:
    """Start again in Python's UTF-8 mode where file names would be written in something else (`LC_ALL=C`).

    Every bridge, in whatever locale it was started, then means the same file by a name, and "Tide – bounce 3.wav" can
    be written. What is printed stays in the locale's encoding.
    """
    if sys.getfilesystemencoding().lower() in {"utf-8", "utf8"} or sys.flags.utf8_mode or not sys.executable:
        return
    os.environ["PYTHONUTF8"] = "1"
    if sys.stdout is not None:
        os.environ.setdefault("PYTHONIOENCODING", sys.stdout.encoding)
    os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606 - this program, with what it was given
