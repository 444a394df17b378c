"""What is wrong with a folder that somebody named: it is not there, and what may have been meant; or it is a file."""

import os
from collections import deque
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from itertools import islice
from pathlib import Path

from bridge.text import nearest

_MOST_LOOKED_AT = 2000  # ours: entries; enough to find a bounce, too few to be waited for
_MOST_SIBLINGS = 5000  # ours: a folder of more folders is not somebody's bounce folder


def folder_trouble(folder: Path) -> str:
    """Return in a sentence why a folder cannot be looked into, empty when it can; it may wait for a slow drive."""
    if _is_dir(folder):
        return ""
    if _is_file(folder):
        return f"{folder} is a file, not a folder; name the folder it lies in: {folder.parent}"
    near = nearest_folder(folder)
    return f"{folder} is not there{f'; did you mean {near}?' if near is not None else ''}"


def hidden_inside(folder: Path, patterns: Sequence[str]) -> str:
    """Return in a sentence that sound files lie only in folders inside one, which are not looked into; empty else."""
    below: deque[Path] = deque([folder])
    looked_at = 0
    while below and looked_at < _MOST_LOOKED_AT:
        one = below.popleft()
        try:
            with os.scandir(one) as entries:
                for entry in islice(entries, _MOST_LOOKED_AT):
                    looked_at += 1
                    if entry.name.startswith("."):
                        continue
                    if entry.is_dir(follow_symlinks=False):
                        below.append(Path(entry.path))
                    elif any(fnmatchcase(entry.name.casefold(), pattern.casefold()) for pattern in patterns):
                        return _in_it(folder, one)
        except OSError:
            continue
    return ""


def _in_it(folder: Path, found_in: Path) -> str:
    if found_in == folder:
        return ""
    return (
        f"There are sound files in folders inside it ({found_in}), none in {folder.name} itself. "
        "Folders inside are not looked into: watch them, or set recursive = true under [watch]."
    )


def nearest_folder(folder: Path) -> Path | None:
    """Return the existing folder whose name comes nearest to one that is not there, None when none is near.

    Each part of the path may be misspelt; the parts above it are taken as they are.
    """
    found = Path(folder.anchor)
    for part in folder.parts[1:] if folder.anchor else folder.parts:
        if _is_dir(found / part):
            found /= part
            continue
        near = nearest(part, _folders_in(found), most=1)
        if not near:
            return None
        found /= near[0]
    return found if found != folder else None


def _folders_in(folder: Path) -> Iterator[str]:
    try:
        with os.scandir(folder) as entries:
            for number, entry in enumerate(entries):
                if number >= _MOST_SIBLINGS:
                    return
                if entry.is_dir() and not entry.name.startswith("."):
                    yield entry.name
    except OSError:
        return


def _is_dir(folder: Path) -> bool:
    try:
        return folder.is_dir()
    except (OSError, ValueError):  # a drive that answers with an error; a name that no file can have
        return False


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False
