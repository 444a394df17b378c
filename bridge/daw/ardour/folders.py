"""Where Ardour keeps a person's settings, on the three systems, and what stands in them."""

import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path

# Versions whose scripting and session format we know by having tried or read them; the newest first.
VERSIONS = (8, 7, 6)
MAILBOX = "freshears"


def config_folders(home: Path, environment: Mapping[str, str], platform: str = sys.platform) -> list[Path]:
    """Return Ardour's existing settings folders, the newest version first.

    Linux: ``$XDG_CONFIG_HOME/ardourN`` or ``~/.config/ardourN``; macOS: ``~/Library/Preferences/ArdourN``; Windows:
    ``%LOCALAPPDATA%/ArdourN``.
    """
    if platform == "darwin":
        parent, name = home / "Library" / "Preferences", "Ardour"
    elif platform == "win32":
        parent, name = Path(environment.get("LOCALAPPDATA") or home / "AppData" / "Local"), "Ardour"
    else:
        parent, name = Path(environment.get("XDG_CONFIG_HOME") or home / ".config"), "ardour"
    return [folder for version in VERSIONS if (folder := parent / f"{name}{version}").is_dir()]


def default_config_folders() -> list[Path]:
    """Return the settings folders of the person who runs this process."""
    return config_folders(Path.home(), os.environ)


def version_of(folder: Path) -> int:
    """Return the major version a settings folder belongs to, 0 if its name does not say."""
    found = re.search(r"(\d+)$", folder.name)
    return int(found[1]) if found else 0


def recent_sessions(folder: Path) -> list[tuple[str, Path]]:
    """Return (name, folder) of the sessions opened last, the newest first; empty when the list cannot be read."""
    try:
        lines = (folder / "recent").read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return []
    return [(name, Path(path)) for name, path in zip(lines[0::2], lines[1::2], strict=False)]


def session_folder(name: str, folders: list[Path]) -> str:
    """Return the folder of the session with this name that was opened last, "" when none is known.

    OSC tells only the session's name. The state file must exist, so that a name reused elsewhere is not mistaken. An
    Ardour puts a session at the head of its list when it opens it: one that stands further down is another one, of
    another Ardour or from another day.
    """
    for folder in folders:
        for known, path in recent_sessions(folder)[:1]:
            if known == name and (path / f"{name}.ardour").is_file():
                return str(path)
    return ""
