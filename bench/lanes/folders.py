"""Folders in memory, where a system has them: what is tried a hundred thousand times need not wear a disk."""

import tempfile
from pathlib import Path


def fast_folder() -> Path:
    """Return a new folder, in memory where there is such a place."""
    shared = Path("/dev/shm")
    return Path(tempfile.mkdtemp(prefix="freshears-lane-", dir=shared if shared.is_dir() else None))
