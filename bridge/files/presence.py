"""Whether files are still there, for lists: asked once, with a time limit. A drive that hangs makes nobody wait."""

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Literal

# gone: its folder is there and holds no such file; away: its folder is not there (a drive that is unplugged).
MissingFile = Literal["gone", "away"]
MISSING_WORDS: dict[MissingFile, str] = {"gone": "file gone", "away": "its folder is not there"}

LIMIT_S = 0.3  # ours: a list that is a third of a second late is still at once


def missing_of(path: Path) -> MissingFile | None:
    """Return what of a file is missing, ``None`` when it is there, or when that cannot be told."""
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return "gone" if _is_there(path.parent) else "away"
    except (OSError, ValueError):  # no right to look, a drive that answers with an error
        return None
    return None


def _is_there(folder: Path) -> bool:
    try:
        return folder.is_dir()
    except (OSError, ValueError):
        return False


class Presence:
    """Asks whether files are there; may be used from any one thread at a time.

    Parameters
    ----------
    limit_s
        How long a list waits; what is not known by then is not called missing.
    look
        Looks at one file.
    """

    def __init__(self, limit_s: float = LIMIT_S, look: Callable[[Path], MissingFile | None] = missing_of) -> None:
        self._limit_s = limit_s
        self._look = look
        self._hanging: dict[Path, threading.Thread] = {}  # folders that did not answer, and who still waits there

    def missing(self, paths: Iterable[Path]) -> dict[Path, MissingFile]:
        """Return those of some files that are missing."""
        self._hanging = {folder: thread for folder, thread in self._hanging.items() if thread.is_alive()}
        by_folder: dict[Path, list[Path]] = defaultdict(list)
        for path in paths:
            if path.parent not in self._hanging:
                by_folder[path.parent].append(path)
        found: dict[Path, MissingFile] = {}
        at: list[Path] = []  # the folder that is looked at is the last one

        def look() -> None:
            for folder, files in by_folder.items():
                at.append(folder)
                for path in files:
                    missing = self._look(path)
                    if missing is not None:
                        found[path] = missing

        thread = threading.Thread(target=look, name="looking for files", daemon=True)
        ends_s = time.monotonic() + self._limit_s
        thread.start()
        thread.join(max(0.0, ends_s - time.monotonic()))
        if thread.is_alive() and at:
            self._hanging[at[-1]] = thread
        return dict(found)
