"""Which files lie in the bounce folders: events make it quick, looking makes it sure.

File events (watchdog) only say *look now*. The looking itself is a plain listing of the folder, done on every
event and every `poll_s`, so network folders without events, lost events and folders that vanish and come back
need no special case.
"""

import fnmatch
import logging
import os
import stat
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver, ObservedWatch

from bridge.watch.settle import Stamp

log = logging.getLogger(__name__)

# Our own outputs, and the names other programs give to what is not finished.
OWN_FOLDERS = frozenset({"Fresh Ears", "Masters"})
_TEMPORARY = ("*.tmp", "*.temp", "*.part", "*.partial", "*.crdownload", "*.download", "~*", "*.reapeaks", "*.asd")
_MAX_DEPTH = 16  # ours: deeper than any bounce folder; a bound against loops


class Candidate(NamedTuple):
    """A file that may be a bounce, and its stamp."""

    path: Path
    stamp: Stamp


class FolderRules(NamedTuple):
    """What counts as a bounce; see the `[watch]` table of the configuration."""

    patterns: tuple[str, ...]
    ignore: tuple[str, ...] = ()
    recursive: bool = False
    own_folders: tuple[Path, ...] = ()


def stamp_of(path: Path) -> Stamp | None:
    """Return a regular file's stamp, ``None`` when it is gone or is something else."""
    try:
        status = path.stat()
    except (OSError, ValueError):
        return None
    return Stamp(status.st_size, status.st_mtime_ns) if stat.S_ISREG(status.st_mode) else None


def is_there(folder: Path) -> bool:
    """Tell whether a folder can be looked into now; a drive that answers with an error is not there, as if unplugged.

    (`pathlib` lets EIO, ESTALE, EACCES and ENOTCONN out.)
    """
    try:
        return stat.S_ISDIR(folder.stat().st_mode)
    except (OSError, ValueError):
        return False


def is_candidate_name(name: str, rules: FolderRules) -> bool:
    """Tell by its name alone whether a file may be a bounce."""
    folded = name.casefold()
    if name.startswith(".") or any(fnmatch.fnmatchcase(folded, pattern) for pattern in _TEMPORARY):
        return False
    if any(fnmatch.fnmatchcase(folded, pattern.casefold()) for pattern in rules.ignore):
        return False
    return any(fnmatch.fnmatchcase(folded, pattern.casefold()) for pattern in rules.patterns)


def list_candidates(folder: Path, rules: FolderRules) -> Iterator[Candidate]:
    """List the files of one folder that may be bounces; nothing when the folder is not there.

    Symbolic links to files are followed, links to folders are not; our own output folders are left out.
    """
    stack = [(os.fspath(folder), 0)]
    own = {os.fspath(path) for path in rules.own_folders}
    while stack:
        directory, depth = stack.pop()
        try:
            entries = sorted(os.scandir(directory), key=lambda entry: entry.name)
        except OSError:
            continue
        for entry in entries:
            try:
                if entry.is_dir(follow_symlinks=False):
                    wanted = entry.name not in OWN_FOLDERS and entry.path not in own and not entry.name.startswith(".")
                    if rules.recursive and depth < _MAX_DEPTH and wanted:
                        stack.append((entry.path, depth + 1))
                elif is_candidate_name(entry.name, rules) and entry.is_file():
                    status = entry.stat()
                    yield Candidate(Path(entry.path), Stamp(status.st_size, status.st_mtime_ns))
            except OSError:  # vanished between listing and asking, or a loop of links
                continue


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

    def missing(self) -> tuple[Path, ...]:
        """Return the folders that are not there now."""
        return tuple(sorted(self._missing))

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
