"""Writing files so that a name holds the whole of them or nothing, and nothing that was there is lost.

A file grows under a hidden temporary name in the folder it belongs to, is flushed to the disk, and then takes its name
in one step: over an earlier version of itself (``replace_whole``) or under the first free name (``write_anew``).
The temporary file is always made anew: what somebody planted under its name, a link above all, is never written
through. Temporary files of writers that died are removed by the next writer of the same name.

Every function here raises ``OSError`` as the system gives it; the caller says what was to be written and the remedy.
"""

import contextlib
import errno
import hashlib
import os
import secrets
import stat
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from bridge.filelock import try_lock
from bridge.files.names import cut, numbered

TEMPORARY_SUFFIX = ".part"
_TEMPORARY_PREFIX_BYTES = 180  # ours: the rest of a temporary name is shorter than what then remains
_ATTEMPTS = 8  # ours: at temporary names; they are random, so a second one is rare
_WINDOWS = os.name == "nt"
_NO_LINKS = getattr(os, "O_NOFOLLOW", 0)
_WINDOWS_WAITS_S = (0.01, 0.02, 0.05, 0.1, 0.2)  # ours: a reader or a virus scanner has the old file open for a moment
_NO_LINKS_HERE = {errno.EPERM, errno.EOPNOTSUPP, errno.ENOTSUP, errno.ENOSYS, errno.EINVAL, errno.EMLINK}


def replace_whole(path: Path, data: bytes, *, durable: bool = True, mode: int | None = None) -> None:
    """Write a file of our own, over an earlier version of it or anew; a reader sees the one or the other, whole.

    The permissions of the earlier version stay. A link that stands under the name is replaced, what it leads to is
    not touched. ``durable=False`` leaves out the wait for the disk, for what is written again every second. With
    ``mode`` the file has these permissions, whatever the earlier version had.
    """
    with PartFile(path) as part:
        if mode is not None:
            part.temporary.chmod(mode)
        part.write(data)
        part.replace(durable=durable, keep_permissions=mode is None)


def write_anew(path: Path, data: bytes) -> Path:
    """Write a new file under this name or the next free one, which is returned; nothing is overwritten."""
    with PartFile(path) as part:
        part.write(data)
        return part.claim()


class PartFile:
    """A file that grows under a temporary name; a context manager that leaves nothing behind unless it got its name.

    Parameters
    ----------
    path
        The name it is to have; the folder must exist.

    Attributes
    ----------
    temporary
        Where it is meanwhile, for those that measure it before it gets its name.
    handle
        The open descriptor, read and write; None after ``close``.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        _remove_leftovers(path)
        self.temporary, opened = _open_anew(path)
        self.handle: int | None = opened
        self._there = True
        self._lock: int | None = os.dup(opened)  # held as long as the temporary file is ours

    def write(self, data: bytes) -> None:
        """Append bytes."""
        if self.handle is None:
            raise ValueError("the file is closed")
        left = memoryview(data)
        while left:
            left = left[os.write(self.handle, left) :]

    def close(self, *, durable: bool = True) -> Path:
        """Finish the file under its temporary name, on the disk; return that name."""
        if self.handle is not None:
            if durable:
                os.fsync(self.handle)
            handle, self.handle = self.handle, None
            os.close(handle)
        return self.temporary

    def replace(self, *, durable: bool = True, keep_permissions: bool = True) -> Path:
        """Give it its name, over whatever has it; return the name."""
        self.close(durable=durable)
        if keep_permissions:
            _copy_permissions(self.path, self.temporary)
        self._let_go_on_windows()
        _rename_over(self.temporary, self.path)
        self._there = False
        if durable:
            _sync_folder(self.path.parent)
        return self.path

    def claim(self, *, adopt_same: bool = False) -> Path:
        """Give it its name, or the next that is free; return it.

        With ``adopt_same`` a file of the same bytes that is already there will do: the same work done twice is one.
        """
        self.close()
        for name in numbered(self.path.stem, self.path.suffix):
            path = self.path.with_name(name)
            if self.claim_exactly(path) or (adopt_same and _same_bytes(self.temporary, path)):
                return path
        raise AssertionError("unreachable: there is always a next name")

    def claim_exactly(self, path: Path) -> bool:
        """Give it this name unless something has it; tell whether it was free."""
        self.close()
        self._let_go_on_windows()
        if not _take_name(self.temporary, path):
            return False
        self.discard()
        _sync_folder(path.parent)
        return True

    def discard(self) -> None:
        """Remove what stands under the temporary name."""
        if self.handle is not None:
            handle, self.handle = self.handle, None
            os.close(handle)
        if _WINDOWS:
            self._unlock()
        if self._there:
            self._there = False
            self.temporary.unlink(missing_ok=True)
        self._unlock()

    def _let_go_on_windows(self) -> None:
        if _WINDOWS:  # a file that is open cannot be renamed there
            self._unlock()

    def _unlock(self) -> None:
        if self._lock is not None:
            lock, self._lock = self._lock, None
            os.close(lock)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.discard()


def _open_anew(path: Path) -> tuple[Path, int]:
    """Make and lock a file that was not there, under a name nobody could foresee."""
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0) | _NO_LINKS
    for attempt in range(_ATTEMPTS):
        temporary = path.with_name(f"{_prefix(path)}{os.getpid()}-{secrets.token_hex(4)}{TEMPORARY_SUFFIX}")
        with contextlib.suppress(FileExistsError):
            handle = os.open(temporary, flags, 0o666)
            # Not locked yet it may be taken for a leftover: another writer holds the lock then, or has removed it.
            # Where a file system has no locks, nobody removes anything: the last attempt does without.
            is_ours = try_lock(handle) or attempt == _ATTEMPTS - 1
            if is_ours and os.fstat(handle).st_nlink > 0:
                return temporary, handle
            os.close(handle)
            temporary.unlink(missing_ok=True)
    raise FileExistsError(errno.EEXIST, "every temporary name is taken", str(path.parent))


def _prefix(path: Path) -> str:
    """Return what every temporary name of this file starts with; short enough for the rest."""
    return f".{cut(path.name, _TEMPORARY_PREFIX_BYTES)}."


def _remove_leftovers(path: Path) -> None:
    """Remove temporary files of this name whose writer no longer lives."""
    prefix = _prefix(path)
    with os.scandir(path.parent) as found:
        for entry in found:
            ours = entry.name.startswith(prefix) and entry.name.endswith(TEMPORARY_SUFFIX)
            with contextlib.suppress(OSError):  # another writer was quicker, or it is not ours to remove
                if ours and entry.is_file(follow_symlinks=False):
                    _remove_abandoned(Path(entry.path))


def _remove_abandoned(leftover: Path) -> None:
    """Remove a file nobody holds the lock of, while holding it: nobody can begin to write it meanwhile."""
    handle = os.open(leftover, os.O_RDWR | _NO_LINKS)
    try:
        abandoned = try_lock(handle)
        if abandoned and not _WINDOWS:
            leftover.unlink()
    finally:
        os.close(handle)
    if abandoned and _WINDOWS:  # refused there as long as anybody has it open
        leftover.unlink()


def _copy_permissions(earlier: Path, temporary: Path) -> None:
    try:
        found = earlier.lstat()
    except OSError:
        return  # nothing there: as the person's own new files are
    if stat.S_ISREG(found.st_mode):
        temporary.chmod(stat.S_IMODE(found.st_mode))


def _rename_over(temporary: Path, path: Path) -> None:
    for wait_s in _WINDOWS_WAITS_S if _WINDOWS else ():
        try:
            os.replace(temporary, path)  # noqa: PTH105 - Path.replace says the same less plainly
        except PermissionError:  # somebody reads the old one just now
            time.sleep(wait_s)
        else:
            return
    os.replace(temporary, path)  # noqa: PTH105


def _take_name(temporary: Path, path: Path) -> bool:
    """Give the temporary file this name unless it is taken; False when it is."""
    try:
        if _WINDOWS:
            os.rename(temporary, path)  # noqa: PTH104 - refuses a taken name there, and only there
        else:
            os.link(temporary, path)
    except FileExistsError:
        return False
    except OSError as error:
        if error.errno not in _NO_LINKS_HERE:
            raise
        return _take_name_without_links(temporary, path)
    return True


def _take_name_without_links(temporary: Path, path: Path) -> bool:
    """On file systems without links (FAT, some network folders): claim the name, then replace our own claim."""
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
    except FileExistsError:
        return False
    try:
        _rename_over(temporary, path)
    except OSError:
        path.unlink(missing_ok=True)
        raise
    return True


def _same_bytes(one: Path, other: Path) -> bool:
    if not other.is_file() or one.stat().st_size != other.stat().st_size:
        return False
    with one.open("rb") as a, other.open("rb") as b:
        return hashlib.file_digest(a, "sha256").digest() == hashlib.file_digest(b, "sha256").digest()


def _sync_folder(folder: Path) -> None:
    """Make a new name last through a power cut, where folders can be synced."""
    if _WINDOWS:
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError:
        pass  # some network file systems cannot; the file itself is on the disk
    finally:
        os.close(handle)
