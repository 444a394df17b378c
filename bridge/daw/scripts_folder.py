"""Where our scripts for the DAWs lie: in the installed package, or beside it in a source tree."""

from pathlib import Path

from bridge.errors import DawError
from bridge.model import DawName


def scripts_folder(daw: DawName) -> Path:
    """Return the folder with our scripts for one DAW.

    Raises
    ------
    DawError
        The installation is incomplete.
    """
    package = Path(__file__).parent.parent
    for folder in (package / "_daw_scripts" / daw, package.parent / "daw_scripts" / daw):
        if folder.is_dir():
            return folder
    raise DawError(f"the scripts for {daw} are missing from this installation of fresh-ears; install it again")
