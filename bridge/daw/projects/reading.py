"""Finding and reading saved projects without the DAW. One module reads one DAW's files; `FORMATS` lists them all."""

import os
from functools import lru_cache
from pathlib import Path

from bridge.daw.projects import ardour_session, lmms, rpp
from bridge.daw.projects.fl import flp
from bridge.daw.projects.live import sets as live
from bridge.daw.projects.packed import dawproject, studio_one
from bridge.daw.projects.saved import ProjectFormat, SavedProject
from bridge.errors import DawError
from bridge.model import DawName
from bridge.pathtext import to_path

FORMATS: tuple[ProjectFormat, ...] = (
    rpp.FORMAT,
    ardour_session.FORMAT,
    lmms.FORMAT,
    live.FORMAT,
    flp.FORMAT,
    studio_one.FORMAT,
    dawproject.FORMAT,
)


def read_project(path: Path, *, monitor_file: Path | None = None) -> SavedProject:
    """Read a saved project of any DAW in `FORMATS`.

    Parameters
    ----------
    path
        The project file; an Ardour session folder stands for the session of the same name in it.
    monitor_file
        REAPER keeps its monitoring FX outside projects, in ``reaper-hwoutfx.ini``; give that file to include them.

    Raises
    ------
    DawError
        The file is missing, unreadable, damaged or of another kind; one line with the remedy.
    """
    path = _file_in(path)
    form = _by_suffix(path)
    if form is None:
        known = " or ".join(f"{form.suffixes[0]} ({form.title})" for form in FORMATS)
        raise DawError(f"{path}: not a project this program can read; give a {known} file")
    try:
        return form.read(path, monitor_file)
    except (ArithmeticError, LookupError, ValueError, RecursionError, MemoryError) as error:
        raise DawError(f"{path}: is damaged ({' '.join(str(error).split())[:120]}); save the project again") from error


def _by_suffix(path: Path) -> ProjectFormat | None:
    return next((form for form in FORMATS if path.suffix.lower() in (*form.suffixes, *form.also)), None)


def _of(daw: DawName) -> ProjectFormat:
    return next(form for form in FORMATS if form.daw == daw)


def _file_in(path: Path) -> Path:
    """Return the project file that a folder stands for, the path itself where it stands for none."""
    for form in FORMATS:
        inside = path / f"{path.name}{form.suffixes[0]}"
        if form.in_folder_of_its_name and path.is_dir() and inside.is_file():
            return inside
    return path


def title_of(daw: DawName) -> str:
    """Return a DAW's name as people write it."""
    return _of(daw).title


def project_of(daw: DawName, file: Path) -> Path:
    """Return the project a saved file belongs to, as the DAW itself names it while it is open."""
    return file.parent if _of(daw).in_folder_of_its_name else file


def home_of(project: str) -> Path:
    """Return the folder of a project, as a DAW names it: the project itself, or the one its file lies in."""
    path = to_path(project)
    form = _by_suffix(path)
    return path if form is None or form.in_folder_of_its_name else path.parent


def export_folder(daw: DawName, project: str) -> Path:
    """Return where bounces of a project go when the person has set no folder."""
    return home_of(project) / _of(daw).export_folder


def copy_of(stem: str) -> str | None:
    """Return the name of the sound file that a DAW's own copy was made from, None when the name tells of none."""
    return next((name for form in FORMATS if (name := form.copy_of(stem)) is not None), None)


@lru_cache(maxsize=64)
def _projects_in(folder: str, _mtime_ns: int) -> tuple[str, ...]:
    """Return the names of the projects in a folder, listed once as long as it does not change."""
    saved, handed_on = (
        tuple(suffix for form in FORMATS if form.is_handed_on == kind for suffix in (form.suffixes[0], *form.also))
        for kind in (False, True)
    )
    with os.scandir(folder) as entries:
        names = [entry.name for entry in entries if entry.name.lower().endswith(saved + handed_on)]
    return tuple(name for name in names if name.lower().endswith(saved)) or tuple(names)


def find_project_near(sound: Path) -> Path | None:
    """Return the project that a bounce most likely came from, None when there is none or it is not clear.

    Looks in the bounce's folder and the one above it (people render into a subfolder). One project there is taken;
    of several, the one whose name begins the bounce's name.
    """
    for folder in (sound.parent, sound.parent.parent):
        try:
            names = _projects_in(os.fspath(folder), folder.stat().st_mtime_ns)
        except OSError:
            continue
        if len(names) == 1:
            return folder / names[0]
        stem = sound.stem.casefold()
        fitting = [name for name in names if stem.startswith(Path(name).stem.casefold())]
        if fitting:
            return folder / max(fitting, key=len)
        if names:
            return None
    return None
