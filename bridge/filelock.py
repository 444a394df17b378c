"""A lock that the system frees when its process dies, however it dies.

Process ids cannot tell who still works: they are given out again, and a dead process keeps its own until it is
waited for.
"""

import os
import sys
from pathlib import Path
from typing import NamedTuple


class LockHolder(NamedTuple):
    """Who holds a lock."""

    pid: int  # -1 when it cannot be read
    what: str  # in words, empty when it did not say


class FileLock:
    """Lock a file for this process; the file holds the process id of the holder, and what it does in words."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None

    def acquire(self, what: str = "") -> bool:
        """Acquire the lock if it is free; tell whether it is ours now."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        if not try_lock(descriptor):
            os.close(descriptor)
            return False
        os.ftruncate(descriptor, 0)
        os.lseek(descriptor, 0, os.SEEK_SET)
        os.write(descriptor, f"{os.getpid()}\n{what}\n".encode())
        self._descriptor = descriptor
        return True

    def release(self) -> None:
        """Free the lock; the file stays (removing it would let two processes lock two files of one name)."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def holder(self) -> LockHolder | None:
        """Return who holds the lock, ``None`` when nobody does."""
        try:
            descriptor = os.open(self._path, os.O_RDWR)
        except OSError:
            return None
        try:
            if try_lock(descriptor):
                return None
            text = os.pread(descriptor, 200, 0).decode("utf-8", "replace") if hasattr(os, "pread") else ""
        finally:
            os.close(descriptor)
        pid, _, what = text.partition("\n")
        return LockHolder(int(pid) if pid.strip().isdecimal() else -1, what.strip())

    def holder_pid(self) -> int | None:
        """Return the process that holds the lock, ``None`` when nobody does."""
        holder = self.holder()
        return None if holder is None else holder.pid


# Windows locks a byte far behind the text, so that the text can be read; POSIX locks belong to the open file.
_WINDOWS_LOCK_AT = 1 << 30

if sys.platform == "win32":
    import msvcrt

    def try_lock(descriptor: int) -> bool:
        """Lock an open file for this process until it is closed everywhere; tell whether it is ours now."""
        before = os.lseek(descriptor, 0, os.SEEK_CUR)  # shared with every copy of the descriptor: one may be writing
        os.lseek(descriptor, _WINDOWS_LOCK_AT, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        finally:
            os.lseek(descriptor, before, os.SEEK_SET)
        return True

else:
    import fcntl

    def try_lock(descriptor: int) -> bool:
        """Lock an open file for this process until it is closed everywhere; tell whether it is ours now."""
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True
