"""A lock that the system frees when its process dies, however it dies.

Process ids cannot tell who still works: they are given out again, and a dead process keeps its own until it is
waited for.
"""

import errno
import os
import stat
import sys
from pathlib import Path
from typing import NamedTuple

from bridge.errors import LockFileError

_NO_LINKS = getattr(os, "O_NOFOLLOW", 0)
_NOT_WAITING = getattr(os, "O_NONBLOCK", 0)  # a pipe under the name is not waited for
_READ_BYTES = 600  # of a file that may hold anything
_TROUBLE_BYTES = 300


class LockHolder(NamedTuple):
    """Who holds a lock."""

    pid: int  # -1 when it cannot be read
    what: str  # in words, empty when it did not say
    trouble: str = ""  # what it could not put into the store, which is full or not there


class FileLock:
    """Lock a file for this process; the file holds the process id of the holder, and what it does in words."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None
        self._what = ""

    def acquire(self, what: str = "") -> bool:
        """Acquire the lock if it is free; tell whether it is ours now.

        Raises
        ------
        LockFileError
            It is no file that could be locked, or not ours.
        """
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise LockFileError(f"{self._path.parent}: cannot be made ({error.strerror or error})") from error
        descriptor = self._open(os.O_RDWR | os.O_CREAT)
        if not try_lock(descriptor):
            os.close(descriptor)
            return False
        self._descriptor = descriptor
        self._what = what
        self.say("")
        return True

    def say(self, trouble: str) -> None:
        """Let who looks at the lock know what is wrong with the store; the lock must be held.

        It goes into a block the file has already: most file systems take that on a full disk.
        """
        if self._descriptor is None:
            return
        text = f"{os.getpid()}\n{self._what}\n".encode()
        if trouble:
            text += " ".join(trouble.split()).encode("utf-8", "replace")[:_TROUBLE_BYTES] + b"\n"
        try:
            os.lseek(self._descriptor, 0, os.SEEK_SET)
            os.write(self._descriptor, text)
            os.ftruncate(self._descriptor, len(text))
        except OSError:
            return  # a full disk: the lock holds all the same

    def release(self) -> None:
        """Free the lock; the file stays (removing it would let two processes lock two files of one name)."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def holder(self) -> LockHolder | None:
        """Return who holds the lock, ``None`` when nobody does; `LockFileError` as in `acquire`."""
        if not self._path.is_symlink() and not self._path.exists():
            return None
        descriptor = self._open(os.O_RDWR)
        try:
            if try_lock(descriptor):
                return None
            os.lseek(descriptor, 0, os.SEEK_SET)
            text = os.read(descriptor, _READ_BYTES).decode("utf-8", "replace")
        finally:
            os.close(descriptor)
        pid, what, trouble, *_ = (*text.split("\n"), "", "", "")
        is_pid = pid.strip().isascii() and pid.strip().isdecimal() and len(pid) < 12
        return LockHolder(int(pid) if is_pid else -1, what.strip()[:200], trouble.strip())

    def _open(self, flags: int) -> int:
        """Open what stands under the name, if it is a file of one name and ours to write; nothing is waited for."""
        try:
            descriptor = os.open(self._path, flags | _NO_LINKS | _NOT_WAITING, 0o600)
        except OSError as error:
            raise LockFileError(f"{self._path}: {_odd(error)}; move it away, a new one is made") from error
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode) or found.st_nlink > 1:
            os.close(descriptor)
            odd = "has another name besides" if stat.S_ISREG(found.st_mode) else "is no file"
            raise LockFileError(f"{self._path}: {odd}, where a lock file belongs; move it away, a new one is made")
        return descriptor

    def holder_pid(self) -> int | None:
        """Return the process that holds the lock, ``None`` when nobody does."""
        holder = self.holder()
        return None if holder is None else holder.pid


def _odd(error: OSError) -> str:
    known = {
        errno.EISDIR: "is a folder, where a lock file belongs",
        errno.ELOOP: "is a link, where a lock file belongs",
        errno.EACCES: "belongs to another user or may not be written",
    }
    return known.get(error.errno or 0, f"cannot be used as a lock file ({error.strerror or error})")


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
