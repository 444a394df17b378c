"""Which files in a project folder are saves of a project, and which are copies that a DAW keeps by itself."""

import re
from pathlib import Path

from bridge.daw.projects.reading import FORMATS

PATTERNS = tuple(f"*{suffix}" for form in FORMATS if not form.is_handed_on for suffix in (form.suffixes[0], *form.also))
# Live: Backup; FL Studio: Backup; REAPER: Backups, QueuedRenders; Bitwig: auto-backups; Live after a crash: Crash.
_COPY_FOLDERS = frozenset(
    {"backup", "backups", "auto-backups", "autosave", "autosaves", "auto-save", "crash", "queuedrenders"}
)
_COPY_NAME = re.compile(
    # FL Studio: "Tide (autosaved at 14h05)", "Tide (overwritten at 14h05)"; Live: "Tide [2026-11-30 140500]"; LMMS:
    # recover.mmp; Ardour: "Tide.pending"; REAPER, timestamped: "Tide-2026-11-30_140500", and queued: "qrender_Tide".
    r"\((?:auto-?saved?|overwritten|backed up|recovered)\b[^)]*\)$|\[\d{4}-\d\d-\d\d \d{6}\]$|^recover$|^qrender_"
    r"|[-_. ]auto-?saved?$|\.pending$|[-_]\d{4}-\d\d-\d\d_\d{4,6}$",
    re.IGNORECASE,
)


def is_copy(path: Path, folder: Path) -> bool:
    """Tell whether a file in a watched folder is a backup, an autosave or what was left of a crash."""
    inside = path.parent.parts[len(folder.parts) :]
    return any(part.casefold() in _COPY_FOLDERS for part in inside) or bool(_COPY_NAME.search(path.stem))
