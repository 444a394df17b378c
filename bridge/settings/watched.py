"""The folders of bounces and of projects in the settings file: added and taken out in place, every comment kept.

The file is written anew as a whole, so that it is never half there.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Literal

from bridge.errors import ConfigError, UsageError
from bridge.files import replace_whole
from bridge.files.private import FILE_MODE
from bridge.settings.config import parse, read_text
from bridge.settings.folders import folder_trouble
from bridge.text import nearest

if TYPE_CHECKING:
    from tomlkit.items import Array, String

FolderTable = Literal["watch", "projects"]  # of the settings: where bounces land, where projects are saved


def absolute(folder: str) -> Path:
    """Return a folder as it is watched: with its home and from its root.

    Raises
    ------
    UsageError
        It is empty, no path at all, or has a name that no settings file can hold.
    """
    if not folder.strip() or "\0" in folder:
        raise UsageError(f"{folder!r} names no folder")
    try:
        folder.encode()
    except UnicodeEncodeError as error:  # Linux has names of any bytes; TOML is UTF-8
        raise UsageError(
            f"{folder}: a name that is no UTF-8 cannot stand in the settings; rename the folder"
        ) from error
    try:
        return Path(folder).expanduser().absolute()
    except RuntimeError as error:  # ~somebody who is not there
        raise UsageError(f"{folder}: {error}") from error


def watched(config_path: Path, table: FolderTable = "watch") -> tuple[str, ...]:
    """Return the folders as they stand in the settings; raises ConfigError as `load` does."""
    return _folders(read_text(config_path), config_path, table)


def _folders(text: str, config_path: Path, table: FolderTable) -> tuple[str, ...]:
    settings = parse(text, config_path)
    return settings.watch.folders if table == "watch" else settings.projects.folders


def add_folder(config_path: Path, folder: str, table: FolderTable = "watch") -> Path:
    """Have a folder watched; return it as it stands in the settings now. One that is watched already stays as it is.

    Raises
    ------
    UsageError
        It is a file or not there; the message names the nearest folder that is. Or much more than projects lies in it.
    ConfigError
        The settings cannot be read or written.
    """
    path = absolute(folder)
    if table == "projects" and path in {Path.home(), *Path.home().parents}:  # all folders inside are looked into
        raise UsageError(f"{path} holds much more than projects; name the folder that your DAW saves them in")
    if trouble := folder_trouble(path):
        raise UsageError(trouble)
    there = watched(config_path, table)
    if not any(absolute(known) == path for known in there):
        _write(config_path, (*there, str(path)), table)
    return path


def remove_folder(config_path: Path, folder: str, table: FolderTable = "watch") -> Path:
    """Have a folder watched no longer; it need not be there. Return it as it stood.

    Raises
    ------
    UsageError
        It is not watched; the message names the nearest that is.
    ConfigError
        The settings cannot be read or written.
    """
    path, there = absolute(folder), watched(config_path, table)
    left = tuple(known for known in there if absolute(known) != path and known != folder)
    if left == there:
        near = nearest(str(path), [str(absolute(known)) for known in there], most=1)
        raise UsageError(f"{path} is not watched{f'; did you mean {near[0]}?' if near else ''}")
    _write(config_path, left, table)
    return path


def _write(config_path: Path, folders: tuple[str, ...], name: FolderTable) -> None:
    import tomlkit  # 30 ms, for those who change the settings

    text = read_text(config_path)
    document = tomlkit.parse(text)
    table = document.setdefault(name, tomlkit.table())
    old = table.get("folders")
    if old is None:
        table["folders"] = old = tomlkit.array()
    _change(old, folders)
    changed = tomlkit.dumps(document)
    if _folders(changed, config_path, name) != folders:  # a file written in a way nobody foresaw stays as it is
        raise ConfigError(f"{config_path}: the folders cannot be changed here; open it with: freshears config edit")
    replace_whole(config_path, changed.encode(), mode=FILE_MODE)


def _change(array: "Array", folders: tuple[str, ...]) -> None:
    """Take out what is not among the folders and add what is new, entry by entry: comments between them stay."""
    for index in range(len(array) - 1, -1, -1):
        if str(array[index]) not in folders:
            del array[index]
    for folder in folders[len(array) :]:
        array.append(_spelt(folder))


def _spelt(folder: str) -> "String":
    """Return a path in single quotes where it holds backslashes: as people are told to write it."""
    import tomlkit

    return tomlkit.string(folder, literal="\\" in folder and "'" not in folder)
