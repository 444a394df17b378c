"""What lies in a bounce folder, and what of it is new: the folder is walked once, then only where it changed.

A folder's own date changes when a name comes or goes; events name what was written. Neither tells of a file that is
overwritten on another computer, so everything is walked now and then. Network folders without events, lost events and
folders that vanish and come back need no special case.
"""

import itertools
import os
import stat
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from bridge.watch.folder import OWN_FOLDERS, Candidate, FolderRules, LeftAlone, candidate, is_candidate_name
from bridge.watch.settle import Stamp

_MAX_DEPTH = 16  # ours: deeper than any bounce folder; a bound against loops
# ours: FAT dates folders to two seconds, network drives have clocks of their own. A folder that has just changed may
# change once more without a later date, so it is listed again until its date has aged.
_FRESH_S = 5.0
_MOST_LEFT_ALONE = 50  # ours: more than a person reads


class FolderLook(NamedTuple):
    """What a look at a folder has found; only what is new since the last one."""

    folder: Path
    is_there: bool
    files: tuple[Candidate, ...] = ()
    left_alone: tuple[LeftAlone, ...] | None = None  # all there are now; None: as before
    is_first: bool = False  # the files are all that lie there


class _Directory:
    __slots__ = ("depth", "files", "inner", "is_fresh", "left", "mtime_ns")

    def __init__(self, depth: int) -> None:
        self.depth = depth
        self.mtime_ns = -1
        self.is_fresh = True
        self.files: dict[str, Stamp] = {}
        self.left: dict[str, LeftAlone] = {}
        self.inner: frozenset[str] = frozenset()


class FolderListing:
    """All methods are called from the folder's own thread.

    Parameters
    ----------
    folder, rules
        The folder, absolute, and what counts as a bounce in it.
    beat
        Called between calls to the drive: a long listing is no drive that hangs.
    wall
        POSIX seconds.
    """

    def __init__(
        self,
        folder: Path,
        rules: FolderRules,
        beat: Callable[[], None] = lambda: None,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._folder = folder
        self._base = os.fspath(folder)
        self._rules = rules
        self._own = {os.fspath(path) for path in rules.own_folders}
        self._beat = beat
        self._wall = wall
        self._identity: tuple[int, int] | None = None
        self._bases: tuple[Path, ...] = (folder,)
        self._directories: dict[str, _Directory] = {}
        self._told: tuple[LeftAlone, ...] = ()
        self._new: list[Candidate] = []

    def look(self, named: Iterable[str] = (), *, whole: bool = False) -> FolderLook:
        """Look where something may have changed, or at everything; never raises for what a drive says.

        Parameters
        ----------
        named
            Files that were written, or are to be looked at although nothing is known to have changed.
        whole
            Look at every file.
        """
        self._beat()
        self._new = []
        is_first = self._identity is None or self._identity != self._who()
        if is_first:
            self._directories.clear()
            self._identity = self._who()
            self._bases = (self._folder, Path(os.path.realpath(self._base)))
        if self._identity is not None and (is_first or whole):
            self._walk(self._base, 0, anew=True)
        elif self._identity is not None:
            self._walk_what_changed()
        if self._identity is None or (is_first and self._directories[self._base].mtime_ns < 0):
            self._identity = None  # unplugged, stale, refused: all the same to whoever waits for bounces
            self._directories.clear()
            return FolderLook(self._folder, is_there=False, left_alone=self._all_left_alone())
        for path in named:
            self._look_at(path)
        return FolderLook(self._folder, True, tuple(self._new), self._all_left_alone(), is_first)

    def _who(self) -> tuple[int, int] | None:
        """Return which folder it is that has this name now; None when none is there."""
        try:
            found = self._folder.stat()
        except (OSError, ValueError):
            return None
        return (found.st_dev, found.st_ino) if stat.S_ISDIR(found.st_mode) else None

    def _all_left_alone(self) -> tuple[LeftAlone, ...] | None:
        every = (left for known in self._directories.values() for left in known.left.values())
        every_one = tuple(itertools.islice(every, _MOST_LEFT_ALONE))
        if every_one == self._told:
            return None
        self._told = every_one
        return every_one

    def _walk(self, directory: str, depth: int, *, anew: bool) -> None:
        """List a folder and, where that is wanted, the folders in it; those known already only to look ``anew``."""
        stack = [(directory, depth)]
        while stack:
            path, depth = stack.pop()
            inner = self._list(path, depth)
            if self._rules.recursive and depth < _MAX_DEPTH:
                stack += [(one, depth + 1) for one in inner if anew or one not in self._directories]

    def _walk_what_changed(self) -> None:
        for path, known in list(self._directories.items()):
            self._beat()
            try:
                mtime_ns = Path(path).stat().st_mtime_ns
            except OSError:
                if path != self._base:
                    self._drop(path)
                continue
            if (known.is_fresh or mtime_ns != known.mtime_ns) and path in self._directories:
                self._walk(path, known.depth, anew=False)

    def _list(self, path: str, depth: int) -> frozenset[str]:
        """List one folder; return the folders in it that are looked into, too."""
        known = self._directories.setdefault(path, _Directory(depth))
        listed = _Directory(depth)
        inner: set[str] = set()
        try:
            listed.mtime_ns = Path(path).stat().st_mtime_ns
            with os.scandir(path) as entries:
                for entry in entries:
                    self._beat()
                    if entry.is_dir(follow_symlinks=False):
                        if self._is_looked_into(entry):
                            inner.add(entry.path)
                    elif not _is_as_before(entry, known, listed) and is_candidate_name(entry.name, self._rules):
                        self._sort_in(entry.path, entry.name, _lstat(entry), known, listed)
        except OSError:  # gone meanwhile, or refused: it is tried again, and what was known of it still holds
            known.mtime_ns = -1
            return frozenset()
        for gone in known.inner - inner:
            self._drop(gone)
        listed.inner = frozenset(inner)
        listed.is_fresh = abs(self._wall() - listed.mtime_ns / 1e9) < _FRESH_S
        self._directories[path] = listed
        return listed.inner

    def _is_looked_into(self, entry: "os.DirEntry[str]") -> bool:
        return entry.name not in OWN_FOLDERS and entry.path not in self._own and not entry.name.startswith(".")

    def _sort_in(
        self, path: str, name: str, found: os.stat_result | None, known: _Directory, listed: _Directory
    ) -> None:
        """Put something where it belongs: a candidate, new or not, or something that is left alone."""
        try:
            what = None if found is None else candidate(Path(path), found, self._bases, self._rules)
        except OSError:  # vanished between listing and asking
            what = None
        if isinstance(what, Candidate):
            if known.files.get(name) != what.stamp:
                self._new.append(what)
            listed.files[name] = what.stamp
        elif what is not None:
            listed.left[name] = what

    def _look_at(self, path: str) -> None:
        """Look at one file that was named, whatever is known of it."""
        self._beat()
        directory, name = os.path.split(path)
        known = self._directories.get(directory)
        if known is not None and is_candidate_name(name, self._rules):
            known.files.pop(name, None)
            known.left.pop(name, None)
            self._sort_in(path, name, _lstat(Path(path)), known, known)

    def _drop(self, path: str) -> None:
        """Forget a folder that is gone, and those in it."""
        known = self._directories.pop(path, None)
        for inner in known.inner if known is not None else ():
            self._drop(inner)


def _is_as_before(entry: "os.DirEntry[str]", known: _Directory, listed: _Directory) -> bool:
    """Tell whether a file is known and as it was, and note it; most are, so this is quick."""
    before = known.files.get(entry.name)
    found = None if before is None else _lstat(entry)
    if before is None or found is None or not stat.S_ISREG(found.st_mode):
        return False
    if before != (found.st_size, found.st_mtime_ns):
        return False
    listed.files[entry.name] = before
    return True


def _lstat(entry: "os.DirEntry[str] | Path") -> os.stat_result | None:
    try:
        return entry.stat(follow_symlinks=False)
    except OSError:
        return None


def list_candidates(folder: Path, rules: FolderRules) -> Iterator[Candidate]:
    """List the files of a folder that may be bounces, by name; nothing when the folder is not there."""
    yield from sorted(FolderListing(folder, rules).look().files)
