"""The worker of a command that will surely need one, launched before anything else of the command is loaded.

A worker and a command take about as long to load; on two cores they load side by side.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from subprocess import Popen

_NEEDS_NONE = frozenset({"--help", "--explain"})
_waiting: list["Popen[bytes]"] = []


def launch_for(arguments: Sequence[str]) -> None:
    """Launch a worker where `arguments` (without the program's name) ask for a master and no bridge runs."""
    if tuple(arguments[:1]) != ("master",) or len(arguments) < 2 or not _NEEDS_NONE.isdisjoint(arguments):
        return
    from bridge.errors import LockFileError
    from bridge.filelock import FileLock
    from bridge.settings.home import home
    from bridge.worker.launching import launch

    where = home(os.environ.get("FRESHEARS_HOME"))
    with suppress(LockFileError):  # the command itself says what is wrong with it
        if FileLock(where.lock_path).holder() is None:
            _waiting.append(launch(where.worker_lock_path))


@contextmanager
def launched() -> Iterator["Popen[bytes] | None"]:
    """Lend the worker that was launched, and end it where it was not used; ``None`` where none was."""
    from bridge.worker.launching import end

    process = _waiting.pop() if _waiting else None
    try:
        yield process
    finally:
        end(process)


def end_unused() -> None:
    """End what no command took: it was not asked for rightly."""
    if _waiting:
        with launched():
            pass
