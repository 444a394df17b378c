"""Events of the bounce folders (watchdog), which only say *look now*."""

import logging
import os
import stat
import threading
from pathlib import Path

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver, ObservedWatch

log = logging.getLogger(__name__)


class _Wake(FileSystemEventHandler):
    def __init__(self, changed: threading.Event) -> None:
        self._changed = changed

    def on_any_event(self, event: FileSystemEvent) -> None:
        # Our own reading opens and closes files: that is no news.
        if event.event_type not in {"opened", "closed_no_write"}:
            self._changed.set()


class FolderWatcher:
    """Wakes the bridge when something happens in one of the folders.

    A folder that is not there is not an error: it is watched from the moment it appears.
    """

    def __init__(self, folders: tuple[Path, ...], *, recursive: bool, changed: threading.Event) -> None:
        self._folders = folders
        self._recursive = recursive
        self._handler = _Wake(changed)
        self._observer: BaseObserver = Observer()
        self._watches: dict[Path, tuple[ObservedWatch, int]] = {}
        self._missing: set[Path] = set()

    def start(self) -> None:
        """Begin to watch."""
        self._observer.start()
        self.refresh()

    def stop(self) -> None:
        """Stop and wait for the observer's thread."""
        if self._observer.is_alive():
            self._observer.stop()
            self._observer.join(5.0)

    def watch(self, folders: tuple[Path, ...], *, recursive: bool) -> None:
        """Watch these folders from now on, and no others."""
        for folder, (watch, _) in list(self._watches.items()):
            if folder not in folders or recursive != self._recursive:
                self._release(folder, watch)
        self._folders, self._recursive = folders, recursive
        self._missing.intersection_update(folders)
        self.refresh()

    def missing(self) -> tuple[Path, ...]:
        """Return the folders that are not there now."""
        return tuple(sorted(self._missing))

    def renew(self) -> None:
        """Watch all folders anew: over a sleep, a drive may have come back without its watch."""
        for folder, (watch, _) in list(self._watches.items()):
            self._release(folder, watch)
        self.refresh()

    def refresh(self) -> None:
        """Watch folders that came back (or were replaced), let go of those that went."""
        for folder in self._folders:
            inode = _inode(folder)
            watched = self._watches.get(folder)
            if watched is not None and watched[1] != inode:
                self._release(folder, watched[0])
                watched = None
            if inode and watched is None:
                self._take(folder, inode)
            if inode:
                if folder in self._missing:
                    log.info("%s is back", folder)
                self._missing.discard(folder)
            elif folder not in self._missing:
                log.warning("%s is not there; it is watched again when it comes back", folder)
                self._missing.add(folder)

    def _take(self, folder: Path, inode: int) -> None:
        try:
            watch = self._observer.schedule(self._handler, os.fspath(folder), recursive=self._recursive)
        except OSError as error:  # no events here (network drive, too many watches): looking every poll_s remains
            log.info("no file events for %s (%s); it is looked through every few seconds", folder, error)
            return
        self._watches[folder] = (watch, inode)

    def _release(self, folder: Path, watch: ObservedWatch) -> None:
        del self._watches[folder]
        try:
            self._observer.unschedule(watch)
        except (KeyError, OSError):
            log.debug("the watch on %s was already gone", folder)


def _inode(folder: Path) -> int:
    try:
        status = folder.stat()
    except OSError:
        return 0
    return status.st_ino or 1 if stat.S_ISDIR(status.st_mode) else 0
