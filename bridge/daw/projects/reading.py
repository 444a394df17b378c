"""Finding and reading saved projects without the DAW: REAPER's through `rpp`, Ardour's `ardour_session`."""

from pathlib import Path

from msgspec import structs

from bridge.daw.projects.ardour_session import read_session
from bridge.daw.projects.rpp import read_fx_file, read_rpp
from bridge.daw.projects.saved import SavedProject
from bridge.errors import DawError


def read_project(path: Path, *, monitor_file: Path | None = None) -> SavedProject:
    """Read a REAPER project (``.rpp``, ``.rpp-bak``) or an Ardour session (``.ardour``).

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
    suffix = path.suffix.lower()
    if path.is_dir() and (path / f"{path.name}.ardour").is_file():
        path, suffix = path / f"{path.name}.ardour", ".ardour"
    if suffix == ".ardour":
        return read_session(path)
    if suffix in {".rpp", ".rpp-bak", ".rpp-undo"}:
        project = read_rpp(path)
        if monitor_file is not None and monitor_file.is_file():
            chain = read_fx_file(monitor_file)
            project = structs.replace(project, monitor_chain=chain, monitor_source=str(monitor_file))
        return project
    raise DawError(f"{path}: not a project this program can read; give a .rpp (REAPER) or .ardour (Ardour) file")


def find_project_near(sound: Path) -> Path | None:
    """Return the project that a bounce most likely came from, None when there is none or it is not clear.

    Looks in the bounce's folder and the one above it (people render into a subfolder). One project there is taken;
    of several, the one whose name begins the bounce's name.
    """
    for folder in (sound.parent, sound.parent.parent):
        try:
            names = [entry.name for entry in folder.iterdir() if entry.suffix.lower() in {".rpp", ".ardour"}]
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
