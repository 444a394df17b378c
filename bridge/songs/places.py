"""What a file is a bounce of as far as its folder says: the project above a folder of renders, parts of a mix.

``Projects/Weltschmerz/Renders/untitled.wav`` is a bounce of Weltschmerz, and what lies in ``Weltschmerz/Stems`` is no
bounce at all.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import PurePath
from typing import NamedTuple

from bridge.songs.naming import SongName, has_no_title, song_key, song_name

# Folders that DAWs and people keep renders in; the one above is the project's.
RENDER_FOLDERS = frozenset(
    [
        "renders",
        "render",
        "rendered",
        "bounces",
        "bounce",
        "bounced",
        "exports",
        "export",
        "exported",
        "mixdown",
        "mixdowns",
        "mixes",
        "audio_files",
        "audio",
        "files",
        "masters",
        "mastered",
        "final",
        "finals",
        "wav",
        "wavs",
        "mp3",
        "mp3s",
        "rough",
        "roughs",
        "prints",
    ]
) | {"audio files", "rendered files", "bounced files", "rough mixes", "final mixes"}
# Folders that hold many projects: their names are no songs.
_SHELVES = frozenset(
    [
        "music",
        "musik",
        "musique",
        "música",
        "projects",
        "project",
        "projekte",
        "songs",
        "song",
        "tracks",
        "audio",
        "desktop",
        "documents",
        "downloads",
        "dropbox",
        "album",
        "albums",
        "ep",
        "eps",
        "lp",
        "releases",
        "release",
        "sessions",
        "session",
        "work",
        "daw",
        "ableton",
        "logic",
        "cubase",
        "reaper",
        "ardour",
        "bitwig",
        "live",
        "fl",
        "beats",
        "demos",
        "users",
        "home",
        "volumes",
        "media",
        "mnt",
        "tmp",
        "temp",
        "onedrive",
        "icloud",
        "drive",
        "data",
        "recordings",
        "studio",
        "clients",
        "client",
        "mixing",
        "mastering",
        "new",
        "old",
        "archive",
        "backup",
    ]
) | {
    "google drive",
    "icloud drive",
    "fl studio",
    "pro tools",
    "studio one",
    "my music",
    "logic projects",
    "live projects",
}
_STEMS = re.compile(r"(?<![^\W_])(?:stems?|multi[\s_\-]?tracks?)(?![^\W_])", re.IGNORECASE)
_LIVE_PROJECT = re.compile(r"\S Project$")
_PROJECT = re.compile(r"[\s_\-]+(?:project|projekt|session|multitracks?|folder)$", re.IGNORECASE)


class Place(NamedTuple):
    """What a file is: a bounce or a part of a mix (``is_stem``), of which song, and the folder of its project."""

    name: SongName
    folder: PurePath
    is_stem: bool = False


def place_of(
    path: PurePath, overrides: Mapping[str, str] | None = None, project: str = "", roots: Sequence[PurePath] = ()
) -> Place:
    """Read what a file is from its name, its folders and the project a DAW shows.

    Parameters
    ----------
    path
        The file; its folders count as far as they are given.
    overrides
        As for `song_name`; a name they know is a bounce, wherever it lies.
    project
        Name of the project it was exported from, empty when it is not known.
    roots
        The watched folders: what lies above them, and they themselves, say nothing of a song.
    """
    home = project_folder(path.parent, roots)
    stems = stems_folder(path.parent, roots)
    context = _titled(project)
    if not context:
        context = _of_home(path.parent, home) if stems is None else _of_stems(stems, path.parent, roots)
    name = song_name(path.stem, overrides, context)
    overridden = bool(overrides) and name.song in set((overrides or {}).values())
    if stems is not None and not overridden:
        song = context or _before_part(path.stem)
        return Place(SongName(song, _part(path.stem, song)), project_folder(stems, roots), True)
    return Place(name, home)


def title_of(path: PurePath, project: str = "", roots: Sequence[PurePath] = ()) -> str:
    """Return the song that a file is of as far as its project or its folder says, empty where they say nothing."""
    return _titled(project) or _of_home(path.parent, project_folder(path.parent, roots))


def project_folder(folder: PurePath, roots: Sequence[PurePath] = ()) -> PurePath:
    """Return the folder of a project for a folder of its renders, and any other folder as it is."""
    above = folder
    while _is_render_folder(above):
        above = above.parent
    return above if _is_project_name(above.name) and _is_inside(above, roots) else folder


def stems_folder(folder: PurePath, roots: Sequence[PurePath] = ()) -> PurePath | None:
    """Return the folder of stems that a folder is or lies in, None when there is none."""
    for one in (folder, *folder.parents)[:4]:  # ours: parts are sorted into a few folders, not deeper
        if _STEMS.search(one.name) and _is_inside(one, roots):
            return one
    return None


def _is_inside(folder: PurePath, roots: Sequence[PurePath]) -> bool:
    """Tell whether a folder lies in a watched one, and is none itself; what is watched is nobody's project."""
    return not roots or (folder not in roots and any(root in folder.parents for root in roots))


def _of_home(folder: PurePath, home: PurePath) -> str:
    """Return the song that a folder of renders belongs to by the folder above, empty when that says nothing.

    What lies in a folder that calls itself a project's needs no folder of renders: Ableton Live's "Tide Project".
    """
    return _titled(home.name) if home != folder or _LIVE_PROJECT.search(folder.name) else ""


def _is_render_folder(folder: PurePath) -> bool:
    return song_key(folder.name) in RENDER_FOLDERS


def _is_project_name(name: str) -> bool:
    key = song_key(name)
    return bool(key) and key not in _SHELVES and key not in RENDER_FOLDERS and not has_no_title(name)


def _titled(name: str) -> str:
    """Return the title in a project's name, empty when it has none: "Zeta_v3 Project" is Zeta."""
    name = _PROJECT.sub("", unicodedata.normalize("NFC", name).strip())
    return song_name(name).song if name and not has_no_title(name) else ""


def _of_stems(folder: PurePath, inner: PurePath, roots: Sequence[PurePath]) -> str:
    """Return the song that a folder of stems belongs to: by its own name, the project above, or a folder inside."""
    rest = _STEMS.sub(" ", folder.name).strip(" _-.")
    if rest and not has_no_title(rest) and song_key(rest) not in RENDER_FOLDERS | _SHELVES:
        return _titled(rest)
    above = project_folder(folder.parent, roots)
    if _is_project_name(above.name) and _is_inside(above, roots):
        return _titled(above.name)
    return _titled(inner.name) if inner != folder else ""


def _before_part(stem: str) -> str:
    """Return the song in the name of a part: what stands before the last dash or underscore."""
    parts = re.split(r"\s+[\-–—]\s+|_", song_name(stem).song)
    return song_name(" ".join(parts[:-1])).song if len(parts) > 1 else ""


def _part(stem: str, song: str) -> str:
    """Return what a part is called: its name without the song's."""
    name = unicodedata.normalize("NFC", stem)
    if song and song_key(name).startswith(song_key(song) + " "):
        name = name[len(song) :]
    return re.sub(r"[\s_]+", " ", name).strip(" -–—.") or stem
