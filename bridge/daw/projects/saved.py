"""What a saved project says about its master bus: one record for both formats, and what their readers share."""

from collections.abc import Callable
from pathlib import Path

from msgspec import Struct, structs

from bridge.errors import DawError
from bridge.model import BusStrip, DawName, FxSlot, Layout

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
    limits: bool | None = None  # a brickwall limiter of the render itself
    dither: bool | None = None


class SavedProject(Struct, frozen=True, kw_only=True):
    """The part of a project file that matters for mixing against mastering."""

    daw: DawName
    path: str
    name: str
    program_version: str = ""
    rate_hz: int | None = None
    track_count: int = 0
    switches_read: bool = True  # False: the file is not known to say whether an effect is switched off
    master_chain_enabled: bool = True
    master_chain: tuple[FxSlot, ...] = ()
    buses: tuple[BusStrip, ...] = ()  # before the master, in the order of the flow
    layout: Layout = ""
    monitor_chain: tuple[FxSlot, ...] = ()
    monitor_source: str = ""  # the file the monitoring chain was read from; empty: none was found
    render: RenderSettings | None = None
    queued: tuple[str, ...] = ()  # what the DAW's render queue makes of this copy of a project; empty: it is none
    source_files: tuple[str, ...] = ()  # absolute; empty when there are many, or anything but files


class ProjectFormat(Struct, frozen=True, kw_only=True):
    """One DAW's saved projects: how they are told, read and named; `bridge.daw.projects.reading.FORMATS` lists them."""

    daw: DawName
    title: str  # the DAW as people call it
    suffixes: tuple[str, ...]  # in lower case; the first is the project itself, the others are copies the DAW keeps
    read: Callable[[Path, Path | None], SavedProject]  # the file, and one with monitoring effects kept outside of it
    in_folder_of_its_name: bool  # the project is a folder, and the file in it has its name
    export_folder: str  # below the project's folder, where the DAW or our scripts put bounces by themselves
    also: tuple[str, ...] = ()  # in lower case: other suffixes of the project itself
    is_handed_on: bool = False  # written to be opened elsewhere, beside a project that is saved another way
    copy_of: Callable[[str], str | None] = lambda _: None  # stem of a sound file → that of what the DAW copied it from


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
