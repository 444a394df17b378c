"""Folders that results are written into, beside files that other users may write, too."""

import errno
import os
import stat
from pathlib import Path


def make_output_folder(folder: Path) -> None:
    """Make a folder for results if it is not there.

    A link that the person (or root) has made is followed. One that another user has put there is not: where a bounce
    folder is shared, it would lead our files anywhere.

    Raises
    ------
    OSError
        It cannot be made, or is another user's link.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if is_another_users_link(folder.lstat()):
        raise PermissionError(errno.EPERM, "it is a link that another user has made", str(folder))


def is_another_users_link(found: os.stat_result) -> bool:
    """Tell by what `lstat` found whether it is a link that neither this user nor root has made."""
    return os.name == "posix" and stat.S_ISLNK(found.st_mode) and found.st_uid not in {os.geteuid(), 0}
