"""Where a store lies: a file, and the same one as long as it is open."""

import os
import stat
from pathlib import Path
from typing import NamedTuple

from bridge.errors import StoreDamagedError, StoreError


class _Seen(NamedTuple):
    """What a file was like."""

    device: int
    inode: int
    size: int


class StoreFiles:
    """Follows the files of an open store; they are never opened here (closing them would free SQLite's locks)."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen: dict[Path, _Seen] = {}

    def must_be_as_it_was(self) -> None:
        """Raise `StoreDamagedError` when a file is gone, another one, or shorter than it was."""
        for path in (self._path, self._path.with_name(f"{self._path.name}-wal")):
            before, found = self._seen.get(path), _seen(path)
            if before is None:
                if found is not None:
                    self._seen[path] = found
                continue
            if found is None:
                raise StoreDamagedError(f"{path}: was taken away while it was in use")
            if found[:2] != before[:2]:
                raise StoreDamagedError(f"{path}: was replaced by another file while it was in use")
            if found.size < before.size and path == self._path:  # the log of changes begins anew by itself
                raise StoreDamagedError(f"{path}: was cut from {before.size} to {found.size} bytes while it was in use")
            self._seen[path] = found


def must_be_a_file(path: Path) -> None:
    """Raise `StoreError` when something else than a file stands under a name of the store; nothing is opened."""
    for side in ("", "-wal", "-shm"):
        _must_be_a_file(path.with_name(path.name + side))


def _must_be_a_file(path: Path) -> None:
    try:
        found = path.stat()
    except FileNotFoundError:
        if path.is_symlink():
            raise StoreError(f"{path}: is a link to nothing; mend it or move it away, a new one is made") from None
        return
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise StoreError(f"{path}: the store cannot be reached ({reason})") from error
    if not stat.S_ISREG(found.st_mode):
        kind = "a folder" if stat.S_ISDIR(found.st_mode) else "no file"
        raise StoreError(f"{path}: is {kind}, where the store belongs; move it away, a new one is made")


def _seen(path: Path) -> _Seen | None:
    try:
        found = os.stat(path)  # noqa: PTH116 - asked every second
    except OSError:
        return None
    return _Seen(found.st_dev, found.st_ino, found.st_size)
