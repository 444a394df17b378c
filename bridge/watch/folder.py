"""What counts as a bounce in a bounce folder: by its name, and by what it is."""

import fnmatch
import os
import re
import stat
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from bridge.files.folders import is_another_users_link
from bridge.watch.settle import Stamp

# Our own outputs, and the names other programs give to what is not finished.
OWN_FOLDERS = frozenset({"Fresh Ears", "Masters"})
_TEMPORARY = ("*.tmp", "*.temp", "*.part", "*.partial", "*.crdownload", "*.download", "~*", "*.reapeaks", "*.asd")
_MOST_LINKS = 8  # ours: a link to a link to a link; more is a loop
# A cloud's stand-in for a file that is not on this computer: to open it would fetch it. macOS: SF_DATALESS in
# sys/stat.h; Windows: FILE_ATTRIBUTE_RECALL_ON_DATA_ACCESS, _RECALL_ON_OPEN, _OFFLINE ([MS-FSCC] 2.6).
_DATALESS = 0x4000_0000
_RECALLED = 0x0040_0000 | 0x0004_0000 | 0x0000_1000
_KINDS = (
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


class Candidate(NamedTuple):
    """A file that may be a bounce, and its stamp."""

    path: Path
    stamp: Stamp


class LeftAlone(NamedTuple):
    """Something with the name of a bounce that is never opened; ``why`` is for people."""

    path: Path
    why: str


class FolderRules(NamedTuple):
    """What counts as a bounce; see the `[watch]` table of the configuration."""

    patterns: tuple[str, ...]
    ignore: tuple[str, ...] = ()
    recursive: bool = False
    own_folders: tuple[Path, ...] = ()
    follows_links: bool = False  # out of the folder, where it is the person who names it


def stamp_of(path: Path) -> Stamp | None:
    """Return a regular file's stamp, ``None`` when it is gone, only online or something else."""
    try:
        status = path.stat()
    except (OSError, ValueError):
        return None
    return Stamp(status.st_size, status.st_mtime_ns) if _is_here(status) else None


def stamp_now(path: Path) -> Stamp | None:
    """Return a regular file's stamp, ``None`` when it is gone, only online or something else; else raises `OSError`.

    A drive that answers with an error (EIO, ESTALE, EACCES, ENOTCONN) does not say that the file is gone.
    """
    try:
        status = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    return Stamp(status.st_size, status.st_mtime_ns) if _is_here(status) else None


def is_only_online(found: os.stat_result) -> bool:
    """Tell whether a file is a cloud's stand-in, whose sound is not on this computer."""
    is_dataless = getattr(found, "st_flags", 0) & _DATALESS
    return bool(is_dataless or getattr(found, "st_file_attributes", 0) & _RECALLED)


def _is_here(found: os.stat_result) -> bool:
    return stat.S_ISREG(found.st_mode) and not is_only_online(found)


def is_candidate_name(name: str, rules: FolderRules) -> bool:
    """Tell by its name alone whether a file may be a bounce."""
    wanted, unwanted = _names(rules.patterns, rules.ignore)
    folded = name.casefold()
    return not name.startswith(".") and unwanted.match(folded) is None and wanted.match(folded) is not None


@lru_cache(maxsize=32)
def _names(patterns: tuple[str, ...], ignore: tuple[str, ...]) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return what fits the name of a bounce, and what fits names that are none: ten thousand are asked in a second."""
    wanted, unwanted = (
        "|".join(f"(?:{fnmatch.translate(pattern.casefold())})" for pattern in group)
        for group in (patterns, (*_TEMPORARY, *ignore))
    )
    return re.compile(wanted), re.compile(unwanted)


def candidate(
    path: Path, found: os.stat_result, bases: tuple[Path, ...], rules: FolderRules
) -> Candidate | LeftAlone | None:
    """Return what something with the name of a bounce is; None when it is a folder, gone, or not on this computer.

    Parameters
    ----------
    path, found
        The file, and what `lstat` says of it.
    bases
        The watched folder, as it is named and where it really is. A link that leads out of it is not followed, not
        even looked at: it may lead to a drive that hangs, or to what the person never meant to show.
    """
    if stat.S_ISLNK(found.st_mode):
        if is_another_users_link(found):
            return LeftAlone(path, "it is a link that another user has made")
        if not rules.follows_links and not _leads_inside(path, bases):
            return LeftAlone(
                path, "it is a link that leads out of the folder; put the file itself there, or watch its folder"
            )
        try:
            found = path.stat()
        except OSError:  # it leads nowhere, or in a circle
            return None
    for is_kind, name in _KINDS:
        if is_kind(found.st_mode):
            return LeftAlone(path, f"it is {name}, not a file")
    return Candidate(path, Stamp(found.st_size, found.st_mtime_ns)) if _is_here(found) else None


def _leads_inside(link: Path, bases: tuple[Path, ...]) -> bool:
    """Tell whether a link, and every link it leads to, stays in the folder; nothing outside of it is touched."""
    for _ in range(_MOST_LINKS):
        target = Path(os.path.normpath(link.parent / link.readlink()))
        base = next((base for base in bases if base in target.parents), None)
        if base is None:
            return False
        depth = len(target.parents) - len(base.parents) - 1
        if any(folder.is_symlink() for folder in target.parents[:depth]):
            return False
        if not target.is_symlink():
            return True
        link = target
    return False
