"""Where REAPER keeps its resource folder, and where our mailbox lies in it, on the three systems."""

import configparser
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

MAILBOX_NAME = "FreshEars"
EXT_STATE_FILE = "reaper-extstate.ini"
EXT_STATE_SECTION = "FreshEars"
_MAX_INI_BYTES = 4 * 1024 * 1024


def resource_folders(
    environ: Mapping[str, str], home: Path, *, platform: str = sys.platform, extra: tuple[Path, ...] = ()
) -> tuple[Path, ...]:
    """Return the resource folders that exist, the named ones first.

    A folder counts when it holds ``reaper.ini``, which REAPER writes at its first start. Portable installations keep
    it beside the program, so the usual places of programs are looked at too; any other place is given in ``extra``.
    """
    found: list[Path] = []
    for folder in (*extra, *_usual(environ, home, platform)):
        if folder not in found and (folder / "reaper.ini").is_file():
            found.append(folder)
    return tuple(found)


def _usual(environ: Mapping[str, str], home: Path, platform: str) -> Iterator[Path]:
    if platform == "win32":
        yield Path(environ.get("APPDATA") or home / "AppData" / "Roaming") / "REAPER"
        for variable in ("ProgramFiles", "ProgramW6432", "ProgramFiles(x86)"):
            if environ.get(variable):
                yield from (Path(environ[variable]) / name for name in ("REAPER (x64)", "REAPER"))
        yield from (Path("C:/REAPER"), home / "REAPER", home / "Documents" / "REAPER")
    elif platform == "darwin":
        yield home / "Library" / "Application Support" / "REAPER"
        yield from (folder / "REAPER" for folder in (Path("/Applications"), home / "Applications", home))
    else:
        yield Path(environ.get("XDG_CONFIG_HOME") or home / ".config") / "REAPER"
        yield from (home / "opt" / "REAPER", home / "REAPER", Path("/opt/REAPER"))


def mailbox_folder(resource: Path) -> Path:
    """Return the mailbox of a REAPER: what the installer wrote for the scripts, or the usual folder."""
    parser = configparser.RawConfigParser(strict=False, delimiters=("=",), comment_prefixes=(), allow_no_value=True)
    parser.optionxform = str  # type: ignore[assignment, method-assign]  # keys keep their case
    try:
        with (resource / EXT_STATE_FILE).open("rb") as stream:
            parser.read_string(stream.read(_MAX_INI_BYTES).decode("utf-8", errors="replace"))
        chosen = parser.get(EXT_STATE_SECTION, "mailbox", fallback="")
    except (OSError, configparser.Error):
        chosen = ""
    return Path(chosen) if chosen else resource / MAILBOX_NAME
