"""What a saved project says about its master bus, read without the DAW.

Two formats, one record: ``bridge.daw.rpp`` reads REAPER, ``bridge.daw.ardour_session`` reads Ardour.
"""

from pathlib import Path
from typing import Literal

from msgspec import Struct, structs

from bridge.errors import DawError
from bridge.model import FxSlot

# ours: a chain longer than this is not a chain but a damaged file; it also bounds the memory a file can claim.
MAX_FX_COUNT = 4096


class RenderSettings(Struct, frozen=True, kw_only=True):
    """How the project was last rendered; ``None`` and "" where the file does not say."""

    file: str = ""
    pattern: str = ""
    container: str = ""  # WAV, FLAC, AIFF, MP3, OGG, OPUS, WAVPACK, or the DAW's own four letters
    bit_depth: int | None = None
    rate_hz: int | None = None  # None: the project's rate
    channels: int | None = None
    bounds: str = ""  # project, time selection, regions, ...
    tail_s: float | None = None
    normalises: bool | None = None
    dither: bool | None = None


class SavedProject(Struct, frozen=True, kw_only=True):
    """The part of a project file that matters for mixing against mastering."""

    daw: Literal["ardour", "reaper"]
    path: str
    name: str
    program_version: str = ""
    rate_hz: int | None = None
    track_count: int = 0
    master_chain_enabled: bool = True
    master_chain: tuple[FxSlot, ...] = ()
    monitor_chain: tuple[FxSlot, ...] = ()
    monitor_source: str = ""  # the file the monitoring chain was read from; empty: none was found
    render: RenderSettings | None = None
    source_files: tuple[str, ...] = ()  # absolute; empty when there are many, or anything but files


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
    from bridge.daw.ardour_session import read_session
    from bridge.daw.rpp import read_fx_file, read_rpp

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


def inside_containers(chain: tuple[FxSlot, ...]) -> tuple[FxSlot, ...]:
    """Return a chain in which what sits in a bypassed, offline or fully dry container is so itself.

    REAPER lists an effect as enabled although the container around it is not. The chain lists each container
    before what it holds.
    """
    around: list[FxSlot] = []
    result: list[FxSlot] = []
    for slot in chain:
        del around[len(slot.container) :]
        enabled = slot.enabled and all(outer.enabled and outer.wet != 0.0 for outer in around)
        offline = slot.offline or any(outer.offline for outer in around)
        if (enabled, offline) != (slot.enabled, slot.offline):
            slot = structs.replace(slot, enabled=enabled, offline=offline)
        around.append(slot)
        result.append(slot)
    return tuple(result)


def explain_os_error(path: Path, error: OSError) -> DawError:
    """Turn an operating system's error on a project file into one line with a remedy."""
    if isinstance(error, FileNotFoundError):
        return DawError(f"{path}: no such file; check the name")
    if isinstance(error, IsADirectoryError):
        return DawError(f"{path}: this is a folder; give the project file in it")
    if isinstance(error, PermissionError):
        return DawError(f"{path}: may not be read; change its permissions")
    return DawError(f"{path}: cannot be read: {error.strerror or error}")


def find_project_beside(sound: Path) -> Path | None:
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
