"""Events of a bounce folder (watchdog), which only say *look here*."""

import logging
import os
import threading
from collections.abc import Callable
from pathlib import Path

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver

log = logging.getLogger(__name__)

_STOP_S = 1.0


class _Named(FileSystemEventHandler):
    def __init__(self, on_file: Callable[[str], None]) -> None:
        self._on_file = on_file

    def on_any_event(self, event: FileSystemEvent) -> None:
        # Our own reading opens and closes files: that is no news.
        if event.event_type not in {"opened", "closed_no_write"}:
            for path in (event.src_path, event.dest_path):
                if path:
                    self._on_file(os.fsdecode(path))


class FolderEvents:
    """Hears what happens in one folder; `follow` belongs to the folder's own thread, since it touches the drive.

    Each folder has an observer of its own: that of a drive that hangs hears nothing more, and keeps no other.

    Parameters
    ----------
    folder, recursive
        The folder, and whether those in it count.
    on_file
        Called from the observer's thread with every file something happened to.
    """

    def __init__(self, folder: Path, *, recursive: bool, on_file: Callable[[str], None]) -> None:
        self._folder = folder
        self._recursive = recursive
        self._handler = _Named(on_file)
        self._observer: BaseObserver | None = None
        self._inode = 0

    def follow(self) -> None:
        """Watch the folder if it has come, or has been replaced; let go of one that has gone."""
        inode = _inode(self._folder)
        if inode == self._inode:
            return
        self.stop()
        self._inode = inode
        if inode:
            observer = Observer()
            try:
                observer.schedule(self._handler, os.fspath(self._folder), recursive=self._recursive)
                observer.start()
            except OSError as error:  # no events here (network drive, too many watches): looking every poll_s remains
                log.info("no file events for %s (%s); it is looked through every few seconds", self._folder, error)
                return
            self._observer = observer

    def stop(self) -> None:
        """Hear nothing more; an observer whose drive hangs is left behind."""
        observer, self._observer, self._inode = self._observer, None, 0
        if observer is not None:
            ending = threading.Thread(target=observer.stop, name="end of folder events", daemon=True)
            ending.start()
            ending.join(_STOP_S)


def _inode(folder: Path) -> int:
    try:
        status = folder.stat()
    except (OSError, ValueError):
        return 0
    return status.st_ino or 1
