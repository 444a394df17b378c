"""Every SQLite connection that a test file opens is closed by the end of that file, not when memory is tidied."""

import itertools
import sqlite3
import threading
import traceback
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent

_connect = sqlite3.connect
_numbers = itertools.count()
_lock = threading.Lock()
_open: dict[int, str] = {}


class WatchedConnection(sqlite3.Connection):
    """A connection that is on the list of open ones until it is closed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._number = next(_numbers)
        with _lock:
            _open[self._number] = _opened_by()

    def close(self) -> None:
        super().close()
        with _lock:
            _open.pop(self._number, None)


def _opened_by() -> str:
    """Return the lines of ours that led here, innermost last."""
    ours = [
        f"{Path(frame.filename).relative_to(ROOT)}:{frame.lineno}"
        for frame in traceback.extract_stack()
        if frame.filename.startswith((f"{ROOT}/bridge", f"{ROOT}/tests")) and frame.filename != __file__
    ]
    return " > ".join(ours[-4:])


def watch() -> None:
    """Watch every connection that this process opens from now on."""
    sqlite3.connect = lambda *args, **kwargs: _connect(*args, **{"factory": WatchedConnection, **kwargs})  # type: ignore[assignment]


def left_open() -> list[str]:
    """Return where connections that are still open were opened, and forget them."""
    with _lock:
        places = sorted(set(_open.values()))
        _open.clear()
    return places
