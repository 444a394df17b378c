"""Files and folders that only this user may read: store, log, settings, keys, mailboxes.

Systems without POSIX permissions (Windows) keep a person's own folders from other users by themselves: nothing is done.
"""

import contextlib
import os
import stat
from pathlib import Path

FOLDER_MODE = 0o700
FILE_MODE = 0o600
_POSIX = os.name == "posix"
_NO_LINKS = getattr(os, "O_NOFOLLOW", 0)
_NOT_WAITING = getattr(os, "O_NONBLOCK", 0)  # a pipe under the name is not waited for


def private_folder(folder: Path) -> None:
    """Make a folder, or take what others may do in it away; one that belongs to somebody else stays as it is."""
    folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    _tighten(folder, FOLDER_MODE)


def tighten_folder(folder: Path) -> None:
    """Take away what others may do in a folder, if it is there and ours."""
    _tighten(folder, FOLDER_MODE)


def private_file(path: Path) -> None:
    """Make an empty file, or take what others may do with it away; a link is not followed.

    Raises
    ------
    OSError
        It cannot be made.
    """
    with contextlib.suppress(FileExistsError):
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NO_LINKS, FILE_MODE))
    tighten_file(path)


def tighten_file(path: Path) -> None:
    """Take away what others may do with a file, if it is there and ours; a link is not followed."""
    _tighten(path, FILE_MODE)


def private_opener(path: str, flags: int) -> int:
    """Open a file as `open` does, made for this user only: its ``opener``."""
    return os.open(path, flags, FILE_MODE)


def _tighten(path: Path, mode: int) -> None:
    if not _POSIX:
        return
    with contextlib.suppress(OSError):  # gone, a link, somebody else's, or a file system without permissions
        handle = os.open(path, os.O_RDONLY | _NO_LINKS | _NOT_WAITING)
        try:
            found = os.fstat(handle)
            is_kind = stat.S_ISDIR if mode == FOLDER_MODE else stat.S_ISREG
            if is_kind(found.st_mode) and found.st_uid == os.geteuid() and found.st_mode & 0o077:
                os.fchmod(handle, stat.S_IMODE(found.st_mode) & mode)
        finally:
            os.close(handle)
