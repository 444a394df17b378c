"""Files that come together are numbered together: one that is finished waits for its siblings, but not for long.

Parts of a mix that come together are told by each other, so they wait for one another and for their mix, too.
"""

from collections import deque
from collections.abc import Callable, Hashable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import NamedTuple, TypeVar

from bridge.app.identify import Identified
from bridge.songs.naming import song_key
from bridge.songs.order import SONG_S, Dated, in_order
from bridge.songs.parts.names import Arrived, PartName, parts_among, titles_before
from bridge.songs.places import Place

_MOST_DUE = 64  # ours: files that are put in order in one turn
# ours: files copied one after the other come to rest within this; who bounces one song waits no longer for its verdict.
HOLD_S = 5.0

Key = TypeVar("Key", bound=Hashable)
Family = tuple[Path, str]  # a folder, and the folded name of the song whose parts may lie in it


class _Held(NamedTuple):
    found: Identified
    since_s: float


class _Expected(NamedTuple):
    place: Place
    part: PartName | None
    families: tuple[Family, ...]  # it may belong to: its own as a part, or those of what its name begins with


class Together:
    """Knows the files that are on their way, song by song, and holds those that are finished before their siblings.

    Parameters
    ----------
    place_of
        Returns what a file is.
    part_of
        Returns what its name says of it as a part of a mix; ``None`` when that is nothing.
    """

    def __init__(self, place_of: Callable[[Path], Place], part_of: Callable[[Path], PartName | None]) -> None:
        self._place_of = place_of
        self._part_of = part_of
        self._expected: dict[Path, _Expected] = {}
        self._groups: dict[Hashable, set[Path]] = {}
        self._families: dict[Family, set[Path]] = {}
        self._possible_parts: dict[Family, int] = {}
        self._held: dict[Path, _Held] = {}
        self._due: deque[Identified] = deque()  # in their order, and not yet released
        self._parts: dict[Path, PartName] = {}  # of those that are due

    def expect(self, path: Path) -> None:
        """Know of a file that is on its way."""
        if path in self._expected:
            return
        place = self._place_of(path)
        part = None if place.is_stem else self._part_of(path)
        keys = (
            (part.key,) if part is not None else (song_key(place.name.song), *map(song_key, titles_before(path.stem)))
        )
        families = tuple((path.parent, key) for key in dict.fromkeys(keys))
        self._expected[path] = _Expected(place, part, families)
        self._groups.setdefault(self._group(path), set()).add(path)
        for family in families:
            self._families.setdefault(family, set()).add(path)
            self._possible_parts[family] = self._possible_parts.get(family, 0) + (part is not None)

    def hold(self, found: Identified, now_s: float) -> bool:
        """Hold a finished file if others of its song are on their way or held; tell whether it is."""
        self.expect(found.path)
        if len(self._siblings(found.path)[1]) > 1:
            self._held.setdefault(found.path, _Held(found, now_s))
        return found.path in self._held

    def due(self, now_s: float) -> list[Identified]:
        """Return files that need wait no longer, song by song, each song's in their order, and parts behind them.

        They stay held until they are `released`; of thousands, some have their turn in the next one.
        """
        while self._due and not self._is_held(self._due[0]):
            self._due.popleft()
        if not self._due:
            self._due.extend(self._rested(now_s))
        return [found for found in islice(self._due, _MOST_DUE) if self._is_held(found)]

    def part(self, path: Path) -> PartName | None:
        """Return what a file that is due is as a part of a mix, by those it came with; ``None`` when it is none."""
        return self._parts.get(path)

    def released(self, path: Path) -> None:
        """Forget a file: it is recorded, or is none."""
        self._held.pop(path, None)
        self._parts.pop(path, None)
        if path not in self._expected:
            return
        _discard(self._groups, self._group(path), path)
        expected = self._expected.pop(path)
        for family in expected.families:
            _discard(self._families, family, path)
            self._possible_parts[family] -= expected.part is not None
            if family not in self._families:
                del self._possible_parts[family]

    def _is_held(self, found: Identified) -> bool:
        held = self._held.get(found.path)
        return held is not None and held.found is found

    def _rested(self, now_s: float) -> Iterator[Identified]:
        """Yield the files whose siblings are all there, or have waited long enough."""
        seen: set[Hashable] = set()
        for path in list(self._held):  # one that goes takes its siblings with it
            key, siblings = self._siblings(path)
            if key in seen:
                continue
            seen.add(key)
            held = [self._held[one] for one in siblings if one in self._held]
            is_old = any(not 0.0 <= now_s - since_s < HOLD_S for _, since_s in held)
            if len(held) == len(siblings) or is_old:
                yield from self._sorted([one.found for one in held])

    def _sorted(self, found: Sequence[Identified]) -> Iterator[Identified]:
        """Yield files that came together, song by song; those that prove to be parts, and those that may be, last."""
        found = sorted(found, key=lambda one: one.path)
        arrived = [Arrived(one.path.stem, one.length_s, self._expected[one.path].part) for one in found]
        self._parts |= {found[index].path: part for index, part in parts_among(arrived).items()}
        songs: dict[Hashable, list[Identified]] = {}
        for one in sorted(found, key=lambda one: self._expected[one.path].part is not None):
            songs.setdefault(self._group(one.path), []).append(one)
        for song in songs.values():
            for index in in_order([self._dated(one) for one in song]):
                yield song[index]

    def _siblings(self, path: Path) -> tuple[Hashable, set[Path]]:
        """Return those that a file waits for: what is of a family in which parts may be, else its song's."""
        for family in self._expected[path].families:
            if self._possible_parts[family] and len(self._families[family]) > 1:
                return family, self._families[family]
        group = self._group(path)
        return group, self._groups[group]

    def _dated(self, found: Identified) -> Dated:
        place = self._expected[found.path].place
        return Dated(place.name.numbers, found.stamp.mtime_ns / 1e9, found.length_s or SONG_S)

    def _group(self, path: Path) -> Hashable:
        place = self._expected[path].place
        return place.folder, place.name.song.casefold(), place.name.version


def _discard(sets: dict[Key, set[Path]], key: Key, path: Path) -> None:
    sets[key].discard(path)
    if not sets[key]:
        del sets[key]
