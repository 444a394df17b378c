"""What is wrong with a folder that somebody named: it is not there, and what may have been meant; or it is a file."""

import os
from collections.abc import Iterator
from pathlib import Path

from bridge.text import nearest

_MOST_SIBLINGS = 5000  # ours: a folder of more folders is not somebody's bounce folder


def folder_trouble(folder: Path) -> str:
    """Return in a sentence why a folder cannot be looked into, empty when it can; it may wait for a slow drive."""
    if _is_dir(folder):
        return ""
    if _is_file(folder):
        return f"{folder} is a file, not a folder; name the folder it lies in: {folder.parent}"
    near = nearest_folder(folder)
    return f"{folder} is not there{f'; did you mean {near}?' if near is not None else ''}"


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
