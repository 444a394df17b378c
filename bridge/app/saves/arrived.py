"""What the threads of the project folders post; apart from them, so that who only listens loads no watcher."""

from pathlib import Path
from typing import NamedTuple

from bridge.model import SessionSnapshot
from bridge.watch.listing import FolderLook
from bridge.watch.settle import Stamp


class ProjectsLooked(NamedTuple):
    """A project folder was looked at."""

    look: FolderLook


class ProjectRead(NamedTuple):
    """A saved project was read, or could not be."""

    path: Path
    session: SessionSnapshot | None
    stamp_after: Stamp | None  # when it had been read; None: it is gone
    stamp: Stamp
    took_s: float
