"""Which files may be named: only the person at the command line reaches outside the configured folders."""

from pathlib import Path

from bridge.app.commands.records import refuse


def existing_file(text: str | Path) -> Path:
    """Return the full path that is named, if there is a file.

    Raises
    ------
    RefusedError
        It is not absolute, not there, or no file.
    """
    path = Path(text)
    if "\x00" in str(text) or not path.is_absolute():
        raise refuse("wrong", f"{text}: not a full path")
    try:
        is_file = path.resolve(strict=True).is_file()
    except (OSError, RuntimeError, ValueError) as error:
        raise refuse("unknown", f"{text}: not there") from error
    if not is_file:
        raise refuse("wrong", f"{text}: not a file")
    return path


def inside(path: Path, folders: tuple[Path, ...]) -> Path | None:
    """Return a path as it is named from one of the folders, links followed; None when it lies elsewhere."""
    resolved = path.resolve()
    for folder in folders:
        if resolved.is_relative_to(folder.resolve()):
            return folder / resolved.relative_to(folder.resolve())
    return None


def path_inside(text: str, folders: tuple[Path, ...]) -> Path:
    """Return the path a text names, if it is a file inside one of the folders; raises `RefusedError`."""
    found = inside(existing_file(text), folders)
    if found is None:
        raise refuse("outside", f"{text}: lies in none of the configured folders; add its folder under [watch]")
    return found
