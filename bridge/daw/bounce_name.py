"""What the next bounce is called and where it goes: decided here for every DAW, the moment before a script reads it."""

import re
from collections.abc import Callable
from pathlib import Path

from msgspec.structs import replace

from bridge.daw.contract import Panel
from bridge.daw.projects.reading import export_folder
from bridge.files import safe_name
from bridge.model import DawName

_MOST_TRIES = 1000  # a folder that "has" a thousand names in a row answers wrongly
ENDING = ".wav"
DRY = " (dry)"
_WILDCARDS = re.compile("[$;]")  # REAPER reads $project in a name, and parts lists of names at semicolons


def named(panel: Panel, daw: DawName, exists: Callable[[Path], bool] = Path.exists) -> Panel:
    """Return the panel with the next bounce's folder, number and names; no file of that folder has them.

    It looks at the disk, so it is called in an adapter's own thread. Where the disk cannot be looked at, the names
    stay empty, and the scripts fall back on one of their own. A folder that is not there (a disk that was unplugged)
    gives way to the one beside the project.
    """
    try:
        folder = _folder(panel, daw, exists)
        for number in range(panel.bounce_number, panel.bounce_number + _MOST_TRIES):
            name = bounce_stem(panel.song, number)
            taken = folder and any(exists(Path(folder) / f"{stem}{ENDING}") for stem in (name, name + DRY))
            if not taken:
                return replace(
                    panel,
                    bounce_folder=folder,
                    bounce_number=number,
                    bounce_name=name,
                    dry_print_name=name + DRY,
                )
    except OSError:
        pass
    return panel


def bounce_stem(song: str, number: int) -> str:
    """Return the name of a bounce without its ending: safe on every system, with room for the dry print's mark."""
    tail = f" – bounce {number}"
    plain = _WILDCARDS.sub("_", song).encode("utf-8", errors="replace").decode()
    return safe_name(plain, f"{tail}{DRY}{ENDING}").removesuffix(f"{DRY}{ENDING}")


def _folder(panel: Panel, daw: DawName, exists: Callable[[Path], bool]) -> str:
    wanted = panel.bounce_folder
    if panel.project_path and (not wanted or not exists(Path(wanted))):
        return str(export_folder(daw, panel.project_path))
    return wanted
