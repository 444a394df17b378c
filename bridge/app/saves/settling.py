"""When a project that was saved is read: once, after its file has been quiet for a moment."""

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from bridge.watch.folder import Candidate
from bridge.watch.settle import Stamp

QUIET_S = 1.0  # ours: DAWs write a project in one go; a cloud or a network drive in several
RECENT_S = 60 * 24 * 3600.0  # ours: a project not saved for two months is met anew when it is
MOST_AT_FIRST = 200  # ours: nobody works on more songs at once
_FIRST_SHARE = 0.2  # ours: of one core's time, while what stands there already is looked at


class Due(NamedTuple):
    """A project to be read now."""

    path: Path
    stamp: Stamp


class SaveSettling:
    """Pure but for the order of the calls: files and times go in, what is to be read comes out.

    What lay there at first sight is read, too, the newest first and without hurry: only so is what comes later told
    from what stood there.
    """

    def __init__(self) -> None:
        self._quiet_at_s: dict[Path, float] = {}
        self._stamps: dict[Path, Stamp] = {}
        self._read: dict[Path, Stamp] = {}
        self._first: list[Path] = []  # to be met; the last one next
        self._rests_until_s = 0.0

    def seen(self, files: Iterable[Candidate], now_s: float, now_at: float, *, is_first: bool) -> None:
        """Record files that are new or were written; ``is_first``: they are all that lie in a folder."""
        files = [file for file in files if self._read.get(file.path) != file.stamp]
        if is_first:
            recent = [file for file in files if now_at - file.stamp.mtime_ns / 1e9 <= RECENT_S]
            recent.sort(key=lambda file: file.stamp.mtime_ns)
            files = recent[-MOST_AT_FIRST:]
            self._first += [file.path for file in files]
        for file in files:
            self._stamps[file.path] = file.stamp
            if not is_first:
                self._quiet_at_s[file.path] = now_s + QUIET_S

    def due(self, now_s: float) -> Due | None:
        """Return what is to be read now, a save before what stood there; None when nothing is."""
        for path, quiet_at_s in self._quiet_at_s.items():
            if now_s >= quiet_at_s:
                return self._take(path)
        while self._first and now_s >= self._rests_until_s:
            path = self._first.pop()
            if path in self._stamps and path not in self._quiet_at_s:
                return self._take(path)
        return None

    def _take(self, path: Path) -> Due:
        self._quiet_at_s.pop(path, None)
        stamp = self._stamps.pop(path)
        self._read[path] = stamp
        return Due(path, stamp)

    def done(self, took_s: float, now_s: float) -> None:
        """Record that something was read, and how long that took."""
        self._rests_until_s = now_s + took_s / _FIRST_SHARE - took_s

    def again(self, path: Path, stamp: Stamp, now_s: float) -> None:
        """Read a project once more when it is quiet: it was written while it was read."""
        self._read.pop(path, None)
        self._stamps[path] = stamp
        self._quiet_at_s[path] = now_s + QUIET_S
