"""Which files may be named: only the person at the command line reaches outside the configured folders.

What a drive has to be asked for, its folder's thread asks: one that hangs refuses what is asked of it, and no more.
"""

from pathlib import Path

from bridge.app.commands.records import refuse
from bridge.errors import DriveHangsError
from bridge.watch.hands import FolderHands


def existing_file(text: str | Path, hands: FolderHands) -> Path:
    """Return the full path that is named, if there is a file.

    Raises
    ------
    RefusedError
        It is not absolute, not there, or no file.
    DriveHangsError
        Its drive does not answer.
    """
    path = Path(text)
    if "\x00" in str(text) or not path.is_absolute():
        raise refuse("wrong", f"{text}: not a full path")
    try:
        is_file = hands.ask(path, _is_file, path)
    except (OSError, RuntimeError, ValueError) as error:
        raise refuse("unknown", f"{text}: not there") from error
    if not is_file:
        raise refuse("wrong", f"{text}: not a file")
    return path


def _is_file(path: Path) -> bool:
    return path.resolve(strict=True).is_file()


def inside(path: Path, folders: tuple[Path, ...], hands: FolderHands) -> Path | None:
    """Return a path as it is named from one of the folders, links followed; None when it lies elsewhere.

    Raises
    ------
    DriveHangsError
        The path's own drive does not answer; what a folder's does not is taken as it is named.
    """
    resolved = hands.ask(path, path.resolve)
    for folder in folders:
        try:
            base = hands.ask(folder, folder.resolve)
        except DriveHangsError:
            base = folder
        if resolved.is_relative_to(base):
            return folder / resolved.relative_to(base)
    return None


def path_inside(text: str, folders: tuple[Path, ...], hands: FolderHands) -> Path:
    """Return the path a text names, if it is a file inside one of the folders.

    Raises
    ------
    RefusedError
        It is none.
    DriveHangsError
        Its drive does not answer.
    """
    found = inside(existing_file(text, hands), folders, hands)
    if found is None:
        raise refuse("outside", f"{text}: lies in none of the configured folders; add its folder under [watch]")
    return found
