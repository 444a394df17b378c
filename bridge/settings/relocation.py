"""The folders in the settings after a music folder was moved."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from bridge.files import replace_whole
from bridge.files.private import FILE_MODE
from bridge.settings.config import parse, read_text

_FOLDERS = (
    ("watch", "folders"),
    ("projects", "folders"),
    ("report", "folder"),
    ("master", "folder"),
    ("reaper", "folders"),
)


def relocate_settings(config_path: Path, moved: Callable[[str], str], *, dry_run: bool = False) -> int:
    """Change the folders in the settings file; return how many became others. Comments stay.

    Parameters
    ----------
    config_path
        The settings file; one that is not there has no folders.
    moved
        From a folder to what it is after the move.
    dry_run
        Only count.
    """
    import tomlkit

    if not config_path.exists():
        return 0
    text = read_text(config_path)
    parse(text, config_path)  # a wrong file is told, not changed
    document = tomlkit.parse(text)
    count = 0
    for table, name in _FOLDERS:
        section = document.get(table, {})
        if name in section:
            count += _change(section, name, moved)
    if count and not dry_run:
        changed = tomlkit.dumps(document)
        parse(changed, config_path)
        replace_whole(config_path, changed.encode(), mode=FILE_MODE)
    return count


def _change(section: Any, name: str, moved: Callable[[str], str]) -> int:
    value = section[name]
    if isinstance(value, str):
        new = _moved(str(value), moved)
        if new != value:
            section[name] = new
        return int(new != value)
    count = 0
    for index, folder in enumerate(value):
        new = _moved(str(folder), moved)
        if new != folder:
            value[index] = new
            count += 1
    return count


def _moved(folder: str, moved: Callable[[str], str]) -> str:
    """Return a folder after the move; one that begins with the home folder's sign is looked at in full."""
    whole = str(Path(folder).expanduser()) if folder.startswith("~") else folder
    new = moved(whole)
    return folder if new == whole else new
