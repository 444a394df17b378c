"""Files that come together are numbered together: one that is finished waits for its siblings, but not for long."""

from collections import deque
from collections.abc import Callable, Hashable, Iterator
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from bridge.app.identify import Identified
from bridge.songs.order import SONG_S, Dated, in_order
from bridge.songs.places import Place

_MOST_DUE = 64  # ours: files that are put in order in one turn
# ours: files copied one after the other come to rest within this; who bounces one song waits no longer for its verdict.
HOLD_S = 5.0


class _Held(NamedTuple):
    found: Identified
    since_s: float


class Together:
    """Knows the files that are on their way, song by song, and holds those that are finished before their siblings.

    Parameters
    ----------
    place_of
        Returns what a file is.
    """

    def __init__(self, place_of: Callable[[Path], Place]) -> None:
        self._place_of = place_of
        self._places: dict[Path, Place] = {}
        self._groups: dict[Hashable, set[Path]] = {}
        self._held: dict[Path, _Held] = {}
        self._due: deque[Identified] = deque()  # in their order, and not yet released

    def expect(self, path: Path) -> None:
        """Know of a file that is on its way."""
        if path not in self._places:
            self._places[path] = self._place_of(path)
            self._groups.setdefault(self._group(path), set()).add(path)

    def hold(self, found: Identified, now_s: float) -> bool:
        """Hold a finished file if others of its song are on their way or held; tell whether it is."""
        self.expect(found.path)
        if len(self._groups[self._group(found.path)]) > 1:
            self._held.setdefault(found.path, _Held(found, now_s))
        return found.path in self._held

    def due(self, now_s: float) -> list[Identified]:
        """Return files that need wait no longer, song by song, each song's in their order.

        They stay held until they are `released`; of thousands, some have their turn in the next one.
        """
        while self._due and not self._is_held(self._due[0]):
            self._due.popleft()
        if not self._due:
            self._due.extend(self._rested(now_s))
        return [found for found in islice(self._due, _MOST_DUE) if self._is_held(found)]

    def _is_held(self, found: Identified) -> bool:
        held = self._held.get(found.path)
        return held is not None and held.found is found

    def _rested(self, now_s: float) -> Iterator[Identified]:
        """Yield the files of the songs whose files are all there, or have waited long enough."""
        for group in dict.fromkeys(map(self._group, self._held)):  # one that goes takes its siblings with it
            held = [self._held[path] for path in self._groups[group] if path in self._held]
            is_old = any(not 0.0 <= now_s - since_s < HOLD_S for _, since_s in held)
            if len(held) == len(self._groups[group]) or is_old:
                for index in in_order([self._dated(found) for found, _ in held]):
                    yield held[index].found

    def released(self, path: Path) -> None:
        """Forget a file: it is recorded, or is none."""
        self._held.pop(path, None)
        if path in self._places:
            group = self._group(path)
            self._groups[group].discard(path)
            if not self._groups[group]:
                del self._groups[group]
            del self._places[path]

    def _dated(self, found: Identified) -> Dated:
        place = self._places[found.path]
        return Dated(place.name.numbers, found.stamp.mtime_ns / 1e9, found.length_s or SONG_S)

    def _group(self, path: Path) -> Hashable:
        place = self._places[path]
        return place.folder, place.name.song.casefold(), place.name.version
