"""Which files an addition takes in, and in which order: as if each had landed when it was made."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from bridge.songs.naming import song_key
from bridge.songs.order import Dated, in_order
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
    for path in paths:
        if _is_folder(path):
            for one in list_candidates(path, rules._replace(recursive=True)):
                if not place_of(one.path, overrides).is_stem:
                    found[one.path] = one
            continue
        stamp = stamp_of(path)
        if stamp is None:
            return Listed(reason=f"{path}: there is no such file or folder")
        found[path] = Candidate(path, stamp)
    return Listed(tuple(ordered(found.values(), overrides)))


def older_files(paths: Iterable[Path], overrides: Mapping[str, str]) -> Listed:
    """Return those of some files that are there, in their order."""
    stamps = ((path, stamp_of(path)) for path in paths)
    found = [Candidate(path, stamp) for path, stamp in stamps if stamp is not None]
    return Listed(tuple(ordered(found, overrides)))


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


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except (OSError, ValueError):  # a drive that answers with an error
        return False
