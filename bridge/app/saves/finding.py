"""Where a person's projects lie: looked for in the usual places, so that their folders can be offered; nothing is set.

When nothing else is chosen FL Studio, Studio One, REAPER and LMMS save below the documents folder, Ableton Live below
the music folder, an older LMMS in ``~/lmms``; Ardour keeps a list of the sessions it opened. Whatever lies there under
a project's name and was saved lately counts, whichever DAW it is from.
"""

import os
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import platformdirs
from msgspec import Struct

from bridge.app.saves.copies import is_copy
from bridge.daw.ardour.folders import default_config_folders, recent_sessions
from bridge.daw.projects.reading import FORMATS

LATELY_S = 365 * 86_400.0  # ours: who has opened nothing for a year does not work there
MOST_ENTRIES = 100_000  # ours: a full documents folder; it bounds the time on a slow drive together with the clock
_MOST_DEEP = 6  # ours: Documents/Image-Line/FL Studio/Projects/Album/Song
_SUFFIXES = {suffix: form for form in FORMATS if not form.is_handed_on for suffix in (form.suffixes[0], *form.also)}


class FoundFolder(Struct, frozen=True):
    """A folder with projects in it, or in folders inside."""

    path: Path
    titles: tuple[str, ...]  # of the DAWs, as people call them
    projects: int
    saved_at: float  # the newest of them


class ProjectsFound(NamedTuple):
    """What was found, the newest first; ``too_wide`` holds what should not be watched as a whole."""

    folders: tuple[FoundFolder, ...]
    too_wide: tuple[FoundFolder, ...]
    is_whole: bool  # everything was looked at


def usual_places() -> tuple[Path, ...]:
    """Return where projects usually lie on this computer, for the person who runs this."""
    documents, music = Path(platformdirs.user_documents_dir()), Path(platformdirs.user_music_dir())
    return tuple(dict.fromkeys((music, documents, Path.home() / "lmms")))


def listed_sessions() -> tuple[Path, ...]:
    """Return the session files that Ardour lists as opened lately."""
    return tuple(
        path / f"{name}.ardour" for folder in default_config_folders() for name, path in recent_sessions(folder)
    )


def find_projects(
    places: Sequence[Path],
    listed: Iterable[Path] = (),
    *,
    watched: Sequence[Path] = (),
    within_s: float = 5.0,
    clock: Callable[[], float] = time.monotonic,
    now_at: float | None = None,
) -> ProjectsFound:
    """Look for projects that were saved lately, and return the folders that hold them.

    Parameters
    ----------
    places, listed
        Folders that are looked into, a bounded depth; files that some DAW names itself.
    watched
        What lies in these is left out, also where it is found by another name, through a link.
    within_s
        After so long what has been found so far is returned; so it is after `MOST_ENTRIES`.
    clock, now_at
        Monotonic seconds; POSIX seconds, None: now.

    Returns
    -------
    ProjectsFound
        A project in a folder of its own name stands for the folder around it. A usual place itself and what lies
        above it are too wide. Copies that a DAW keeps by itself do not count.
    """
    since_at = (time.time() if now_at is None else now_at) - LATELY_S
    ends_s, walk = clock() + within_s, _Walk(places)
    for file in listed:
        walk.note(file, file.parent.parent)
    while walk.step():
        if clock() >= ends_s or walk.entries >= MOST_ENTRIES:
            break
    wide = {part for place in (*places, Path.home()) for part in (place, *place.parents)}
    followed = {Path(os.path.realpath(folder)) for folder in watched}
    left = {folder for folder in {file.parent for file in walk.files} if not _lies_in(folder, followed)}
    fresh = [(file, at) for file, at in walk.files.items() if at >= since_at and file.parent in left]
    by_folder: dict[Path, list[tuple[Path, float]]] = {}
    for file, at in fresh:
        by_folder.setdefault(_folder_of(file, wide), []).append((file, at))
    found = tuple(sorted(_joined(by_folder, wide), key=lambda one: -one.saved_at))
    return ProjectsFound(
        tuple(one for one in found if one.path not in wide),
        tuple(one for one in found if one.path in wide),
        not walk.open,
    )


def silent_daws(found: ProjectsFound) -> str:
    """Return whose projects were found, as a sentence names them, without REAPER and Ardour: these are heard."""
    titles = sorted({title for one in found.folders for title in one.titles} - {"REAPER", "Ardour"})
    return " and ".join((", ".join(titles[:-1]), titles[-1]) if titles[1:] else titles)


class _Walk:
    """Folders breadth first: what lies near the top is found before the time is over."""

    def __init__(self, places: Sequence[Path]) -> None:
        self.open = deque((place, place, 0) for place in places)
        self.files: dict[Path, float] = {}
        self.entries = 0

    def step(self) -> bool:
        """Look into one folder; False when there is none left."""
        if not self.open:
            return False
        folder, place, depth = self.open.popleft()
        for entry in _entries(folder):
            self.entries += 1
            if _is_folder(entry):
                if depth < _MOST_DEEP and not entry.name.startswith("."):
                    self.open.append((folder / entry.name, place, depth + 1))
            else:
                self.note(folder / entry.name, place)
        return True

    def note(self, file: Path, place: Path) -> None:
        """Keep a file that is a save of a project."""
        if file.suffix.lower() in _SUFFIXES and not file.name.startswith(".") and not is_copy(file, place):
            try:
                stamp = file.stat()
            except OSError:
                return
            self.files[file] = stamp.st_mtime


def _entries(folder: Path) -> Iterator[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            yield from entries
    except OSError:  # not there, or not ours to read
        return


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir(follow_symlinks=False)
    except OSError:
        return False


def _lies_in(folder: Path, folders: set[Path]) -> bool:
    real = Path(os.path.realpath(folder))
    return not folders.isdisjoint({real, *real.parents})


def _folder_of(file: Path, wide: set[Path]) -> Path:
    """Return the folder to watch for a project: the one around its own, where it has one."""
    own = file.parent
    has_own = own.name.casefold() in {file.stem.casefold(), f"{file.stem} project".casefold()}
    has_own = has_own or own.name.endswith(" Project")  # Live's, also after the set was saved under another name
    return own.parent if has_own and own.parent not in wide else own


def _joined(by_folder: dict[Path, list[tuple[Path, float]]], wide: set[Path]) -> Iterator[FoundFolder]:
    """Return each folder once; what lies in another one that is not too wide belongs to that."""
    outer: dict[Path, list[tuple[Path, float]]] = {}
    for folder in sorted(by_folder, key=lambda path: len(path.parts)):
        around = next((one for one in folder.parents if one in outer and one not in wide), folder)
        outer.setdefault(around, []).extend(by_folder[folder])
    for folder, files in outer.items():
        titles = sorted({_SUFFIXES[file.suffix.lower()].title for file, _ in files})
        yield FoundFolder(folder, tuple(titles), len(files), max(at for _, at in files))
