"""Folders in memory, where a system has them: what is tried a hundred thousand times need not wear a disk."""

import hashlib
import tempfile
from pathlib import Path

_NAME = "freshears-lane-"


def fast_folder() -> Path:
    """Return a new folder, in memory where there is such a place."""
    return Path(tempfile.mkdtemp(prefix=_NAME, dir=_memory()))


def same_fast_folder(of: Path) -> Path:
    """Return the fast folder that stands for a kept one: the same at every call, since paths are remembered in it."""
    folder = (_memory() or Path(tempfile.gettempdir())) / f"{_NAME}{hashlib.sha256(str(of).encode()).hexdigest()[:12]}"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def _memory() -> Path | None:
    shared = Path("/dev/shm")
    return shared if shared.is_dir() else None
