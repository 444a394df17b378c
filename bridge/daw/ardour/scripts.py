"""Our Lua scripts for Ardour, put together: a script must be one file, its parts are shared ones.

A line ``--@include part`` inside a script is replaced by ``parts/part.lua``. It stands inside the factory, because only
what is local there survives: Ardour keeps the factory alone.
"""

import re
from pathlib import Path

from bridge.errors import DawError

HOOK = "Fresh Ears: watch"
WATCH_FILE = "freshears_watch.lua"
_INCLUDE = re.compile(r"^([ \t]*)--@include (\w+)[ \t]*$", re.MULTILINE)
_NAME = re.compile(r'^\s*name = "([^"]+)"', re.MULTILINE)


def assemble(path: Path) -> str:
    """Return a script with its parts in it."""

    def part(match: re.Match[str]) -> str:
        text = (path.parent / "parts" / f"{match[2]}.lua").read_text(encoding="utf-8")
        return "".join(match[1] + line if line.strip() else line for line in text.splitlines(keepends=True)).rstrip(
            "\n"
        )

    return _INCLUDE.sub(part, path.read_text(encoding="utf-8"))


def script_name(source: str) -> str:
    """Return the name a script gives itself.

    Raises
    ------
    DawError
        It gives itself none.
    """
    found = _NAME.search(source)
    if found is None:
        raise DawError("a script for Ardour has no name")
    return found[1]


def all_scripts(folder: Path) -> dict[str, str]:
    """Return file name → assembled source of every script."""
    return {path.name: assemble(path) for path in sorted(folder.glob("*.lua"))}
