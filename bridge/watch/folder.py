"""Which files lie in the bounce folders: a plain listing, done on every event and every `poll_s`.

Events (`bridge.watch.watcher`) only make it quick. So network folders without events, lost events and folders that
vanish and come back need no special case.
"""

import fnmatch
import logging
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from bridge.files.folders import is_another_users_link
from bridge.watch.settle import Stamp

log = logging.getLogger(__name__)

# Our own outputs, and the names other programs give to what is not finished.
OWN_FOLDERS = frozenset({"Fresh Ears", "Masters"})
_TEMPORARY = ("*.tmp", "*.temp", "*.part", "*.partial", "*.crdownload", "*.download", "~*", "*.reapeaks", "*.asd")
_MAX_DEPTH = 16  # ours: deeper than any bounce folder; a bound against loops


class Candidate(NamedTuple):
    """A file that may be a bounce, and its stamp."""

    path: Path
    stamp: Stamp


class FolderRules(NamedTuple):
    """What counts as a bounce; see the `[watch]` table of the configuration."""

    patterns: tuple[str, ...]
    ignore: tuple[str, ...] = ()
    recursive: bool = False
    own_folders: tuple[Path, ...] = ()


def stamp_of(path: Path) -> Stamp | None:
    """Return a regular file's stamp, ``None`` when it is gone or is something else."""
    try:
        status = path.stat()
    except (OSError, ValueError):
        return None
    return Stamp(status.st_size, status.st_mtime_ns) if stat.S_ISREG(status.st_mode) else None


def is_there(folder: Path) -> bool:
    """Tell whether a folder can be looked into now; a drive that answers with an error is not there, as if unplugged.

    (`pathlib` lets EIO, ESTALE, EACCES and ENOTCONN out.)
    """
    try:
        return stat.S_ISDIR(folder.stat().st_mode)
    except (OSError, ValueError):
        return False


def is_candidate_name(name: str, rules: FolderRules) -> bool:
    """Tell by its name alone whether a file may be a bounce."""
    folded = name.casefold()
    if name.startswith(".") or any(fnmatch.fnmatchcase(folded, pattern) for pattern in _TEMPORARY):
        return False
    if any(fnmatch.fnmatchcase(folded, pattern.casefold()) for pattern in rules.ignore):
        return False
    return any(fnmatch.fnmatchcase(folded, pattern.casefold()) for pattern in rules.patterns)


def _is_planted(entry: "os.DirEntry[str]") -> bool:
    """Tell whether it is another user's link: in a shared folder it would have the person's private sounds examined."""
    return entry.is_symlink() and is_another_users_link(entry.stat(follow_symlinks=False))


def list_candidates(folder: Path, rules: FolderRules) -> Iterator[Candidate]:
    """List the files of one folder that may be bounces; nothing when the folder is not there.

    A person's own links to files are followed; another user's are not, nor links to folders. Our own output folders
    are left out.
    """
    stack = [(os.fspath(folder), 0)]
    own = {os.fspath(path) for path in rules.own_folders}
    while stack:
        directory, depth = stack.pop()
        try:
            entries = sorted(os.scandir(directory), key=lambda entry: entry.name)
        except OSError:
            continue
        for entry in entries:
            try:
                if entry.is_dir(follow_symlinks=False):
                    wanted = entry.name not in OWN_FOLDERS and entry.path not in own and not entry.name.startswith(".")
                    if rules.recursive and depth < _MAX_DEPTH and wanted:
                        stack.append((entry.path, depth + 1))
                elif is_candidate_name(entry.name, rules) and entry.is_file() and not _is_planted(entry):
                    status = entry.stat()
                    yield Candidate(Path(entry.path), Stamp(status.st_size, status.st_mtime_ns))
            except OSError:  # vanished between listing and asking, or a loop of links
                continue
