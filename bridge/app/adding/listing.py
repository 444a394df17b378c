"""Which files an addition takes in, and in which order: as if each had landed when it was made."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from bridge.audio.reader import open_audio
from bridge.errors import AudioFileError
from bridge.songs.naming import song_key
from bridge.songs.order import Dated, in_order
from bridge.songs.parts.names import Arrived, part_name, parts_among
from bridge.songs.places import place_of
from bridge.watch.folder import Candidate, FolderRules, stamp_of
from bridge.watch.listing import list_candidates


class Listed(NamedTuple):
    """The files an addition takes in, in their order; or why there are none."""

    files: tuple[Candidate, ...] = ()
    reason: str = ""


def files_to_add(paths: Iterable[Path], rules: FolderRules, overrides: Mapping[str, str]) -> Listed:
    """List files, and what lies in folders; a file that is named is taken also where it is a part of a mix."""
    found: dict[Path, Candidate] = {}
    listed: dict[Path, Candidate] = {}
    for path in paths:
        if _is_folder(path):
            for one in list_candidates(path, rules._replace(recursive=True)):
                listed[one.path] = one
            continue
        stamp = stamp_of(path)
        if stamp is None:
            return Listed(reason=f"{path}: there is no such file or folder")
        found[path] = Candidate(path, stamp)
    parts = _parts(listed, overrides)
    found |= {path: one for path, one in listed.items() if path not in parts}
    return Listed(tuple(ordered(found.values(), overrides)))


def older_files(paths: Iterable[Path], overrides: Mapping[str, str]) -> Listed:
    """Return those of some files that are there and are no parts of mixes, in their order."""
    stamps = ((path, stamp_of(path)) for path in paths)
    found = {path: Candidate(path, stamp) for path, stamp in stamps if stamp is not None}
    parts = _parts(found, overrides)
    return Listed(tuple(ordered((one for path, one in found.items() if path not in parts), overrides)))


def ordered(files: Iterable[Candidate], overrides: Mapping[str, str]) -> list[Candidate]:
    """Return files as they are numbered: song by song, by the numbers in their names, else by their dates."""
    songs: dict[tuple[str, str], list[tuple[Candidate, Dated]]] = defaultdict(list)
    for file in sorted(files, key=lambda one: one.stamp.mtime_ns):
        place = place_of(file.path, overrides)
        dated = Dated(place.name.numbers, file.stamp.mtime_ns / 1e9)
        songs[song_key(place.name.song), str(place.folder)].append((file, dated))
    result = []
    for group in songs.values():
        result += [group[index][0] for index in in_order([dated for _, dated in group])]
    return result


def _parts(paths: Iterable[Path], overrides: Mapping[str, str]) -> set[Path]:
    """Return the parts of mixes among files: what lies in folders of stems, and what proves each other beside them."""
    parts: set[Path] = set()
    folders: dict[Path, list[Path]] = defaultdict(list)
    for path in paths:
        place = place_of(path, overrides)
        if place.is_stem:
            parts.add(path)
        elif place.name.song not in overrides.values():
            folders[path.parent].append(path)
    for files in folders.values():
        named = {path: part_name(path.stem) for path in files}
        if sum(part is not None for part in named.values()) > 1:
            arrived = [Arrived(path.stem, _length_s(path), part) for path, part in named.items()]
            parts |= {files[index] for index in parts_among(arrived)}
    return parts


def _length_s(path: Path) -> float:
    """Return how long a file is, 0 where it does not open as sound."""
    try:
        with open_audio(path) as reader:
            return reader.format.duration_s
    except (OSError, AudioFileError):
        return 0.0


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except (OSError, ValueError):  # a drive that answers with an error
        return False
