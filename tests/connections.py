"""Every SQLite connection that a test file opens is closed by the end of that file, not when memory is tidied."""

import itertools
import sqlite3
import sys
import threading
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
OURS = (f"{ROOT}/bridge", f"{ROOT}/tests")

_connect = sqlite3.connect
_numbers = itertools.count()
_lock = threading.Lock()
_open: dict[int, tuple[str, ...]] = {}


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


def _opened_by() -> tuple[str, ...]:
    """Return the four innermost lines of ours that led here, innermost first."""
    ours: list[str] = []
    frame = sys._getframe(1)
    while frame is not None and len(ours) < 4:
        name = frame.f_code.co_filename
        if name.startswith(OURS) and name != __file__:
            ours.append(f"{name.removeprefix(f'{ROOT}/')}:{frame.f_lineno}")
        frame = frame.f_back
    return tuple(ours)


def watch() -> None:
    """Watch every connection that this process opens from now on."""
    sqlite3.connect = lambda *args, **kwargs: _connect(*args, **{"factory": WatchedConnection, **kwargs})  # type: ignore[assignment]


def left_open() -> list[str]:
    """Return where connections that are still open were opened, and forget them."""
    with _lock:
        places = sorted({" > ".join(reversed(ours)) for ours in _open.values()})
        _open.clear()
    return places
