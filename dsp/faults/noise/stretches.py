"""Stretches of noise: equal ones that come back at equal distances, and a head or tail of nothing else.

The floor of a hundredth of a second is the smallest of the largest second differences of its pieces. Music, whose
treble comes in strokes, leaves gaps in it; noise leaves none, so a stretch of it is a plateau with hard edges. One may
be a cymbal; three of one length, at one level and at one distance of seconds are a trial version's way to be heard.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from dsp.core.arrays import F32, F64
from dsp.core.windows import windows_of
from dsp.faults.chunks import PIECE, Chunk, ChunkDetector, Geometry
from dsp.faults.events import FaultEvent, FaultEventGroup

WINDOW_S = 0.15  # ours: over which a floor shows whether it has gaps
GAPS_DB = 3.5  # ours: deeper than the smallest of 15 cells of noise lies under their median
SHORTEST_S, LONGEST_S = 0.4, 5.0  # ours: of one stretch
EDGE_DB = 4.0  # ours: under its floor a stretch is over
BELOW_DB, ABOVE_DB = 3.0, 4.0  # ours: how far the fifth and the ninetieth percentile may lie from the median
OUTSIDE_DB, OUTSIDE_S = 5.0, 0.1  # ours: so much lower before and behind
SAME_S, SAME_DB = 0.025, 1.5  # ours: equal in length and distance, and in level
APART_S = 4.0  # ours: nearer, it is a rhythm
FEWEST = 3
FILLED = 0.5  # ours: of the places at that distance hold one; loud music covers some
MOST = 500  # ours: longest stretches that are compared; more are no trial version's
HEAD_S, TAIL_S = 2.0, 5.0  # ours: a breath before the song, the last of a room behind it
STEADY_DB = 3.5  # ours: so near to its median stays the floor of a head or tail
PEAKS_DB = 6.0  # ours: from the tenth to the ninetieth percentile of its peaks; two notes beat by more
AUDIBLE, QUIET = 10 ** (-70 / 20), 10 ** (-35 / 20)  # ours: silence below, a sound of its own above
UNDER_DB = 20.0  # ours: under the peaks of the song


@dataclass(frozen=True, slots=True)
class NoiseStretches:
    """Stretches of noise that come back (severity: seconds), and how much of it lies before and behind the song."""

    repeated: FaultEventGroup
    head_s: float = 0.0
    tail_s: float = 0.0


class NoiseStretchDetector(ChunkDetector[NoiseStretches]):
    """Finds stretches of noise by the floor of every hundredth of a second; none in silence."""

    VERSION: ClassVar[int] = 1

    def __init__(self, rate_hz: int, channels: int) -> None:
        super().__init__(rate_hz, channels)
        self._cell = Geometry.of(rate_hz).cell
        self._peaks: list[F32] = []
        self._floors: list[F32] = []

    def read(self, chunk: Chunk) -> None:
        """Look at the next chunk."""
        cells, pieces = chunk.filled // self._cell, self._cell // PIECE
        if not cells:
            return
        new = slice(chunk.start // PIECE, chunk.start // PIECE + cells * pieces)
        self._peaks.append(chunk.peak[:, new].max(axis=0).reshape(cells, pieces).max(axis=1))
        floors = chunk.curvature[:, new].reshape(self.channels, cells, pieces).min(axis=2)
        self._floors.append(floors.max(axis=0))

    def result(self, frames: int) -> NoiseStretches:
        """Return what was found in the whole cells of the signal."""
        cell_s = self._cell / self.rate_hz
        if sum(map(len, self._floors)) * cell_s < SHORTEST_S:
            return NoiseStretches(FaultEventGroup("s"))
        floor_db = _db(np.concatenate(self._floors))
        peaks_db = _db(np.concatenate(self._peaks))
        events = [
            FaultEvent(a * self._cell, (b - a) * self._cell, (), (b - a) * cell_s)
            for a, b in _repeated(_stretches(floor_db, cell_s), cell_s)
        ]
        found = FaultEventGroup("s", len(events), sum(e.length_frames for e in events), tuple(events))
        head_s = _steady(floor_db, peaks_db, cell_s, HEAD_S)
        return NoiseStretches(found, head_s, _steady(floor_db[::-1], peaks_db[::-1], cell_s, TAIL_S))


def _db(values: F32) -> F64:
    level_db: F64 = 20 * np.log10(np.maximum(values.astype(np.float64), 1e-9))
    return level_db


def _stretches(floor_db: F64, cell_s: float) -> list[tuple[int, int, float]]:
    """Return first cell, cell behind, and level of every plateau of the floor between two that are lower."""
    window = max(5, int(WINDOW_S / cell_s)) | 1
    lowest = windows_of(floor_db, window).min(axis=1)
    median = np.median(windows_of(floor_db, window), axis=1)
    without_gaps = (median - lowest <= GAPS_DB) & (median > -120.0)
    edges = np.flatnonzero(np.diff(np.concatenate(([False], without_gaps, [False])).astype(np.int8)))
    found: dict[tuple[int, int], float] = {}
    for start, stop in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        # At its ends half a window has gaps already.
        if (stop - start + window) * cell_s >= SHORTEST_S:
            plateau = _plateau(floor_db, start, stop, cell_s)
            if plateau is not None:
                found[plateau[:2]] = plateau[2]
    longest = sorted(found, key=lambda place: place[0] - place[1])[:MOST]
    return sorted((a, b, found[a, b]) for a, b in longest)


def _plateau(floor_db: F64, start: int, stop: int, cell_s: float) -> tuple[int, int, float] | None:
    level = float(np.median(floor_db[start:stop]))
    is_up = floor_db > level - EDGE_DB
    middle = (start + stop) // 2
    longest = round(LONGEST_S / cell_s)
    before = np.flatnonzero(~is_up[max(middle - longest, 0) : middle])
    after = np.flatnonzero(~is_up[middle : middle + longest])
    if not len(before) or not len(after):
        return None
    a, b = max(middle - longest, 0) + int(before[-1]) + 1, middle + int(after[0])
    if not SHORTEST_S <= (b - a) * cell_s <= LONGEST_S:
        return None
    low, level, high = (float(v) for v in np.percentile(floor_db[a + 1 : b - 1], (5, 50, 90)))
    beside = max(1, round(OUTSIDE_S / cell_s))
    outside = max(np.median(floor_db[max(a - beside, 0) : a]), np.median(floor_db[b : b + beside]))
    if level - low > BELOW_DB or high - level > ABOVE_DB or outside > level - OUTSIDE_DB:
        return None
    return a, b, level


def _repeated(stretches: list[tuple[int, int, float]], cell_s: float) -> list[tuple[int, int]]:
    """Return the largest set of stretches of one length and level at multiples of one distance."""
    if len(stretches) < FEWEST:
        return []
    start, stop, level = np.array(stretches).T
    length, near = stop - start, SAME_S / cell_s + 1.0
    best = np.zeros(0, np.int64)
    for first in range(len(stretches) - 1):
        alike = np.flatnonzero(
            (np.abs(length - length[first]) <= near)
            & (np.abs(level - level[first]) <= SAME_DB)
            & (start > start[first])
        )
        away = start[alike] - start[first]
        for apart in away[away * cell_s >= APART_S]:
            times = np.rint(away / apart)
            # What is measured from one to the next may be a cell off, and adds up.
            fits = (times >= 1) & (np.abs(away - times * apart) <= near * np.maximum(1.0, times / 2))
            number = fits.sum() + 1
            if number > max(len(best), FEWEST - 1) and number >= FILLED * (times[fits].max() + 1):
                best = np.concatenate(([first], alike[fits]))
    return [(int(start[i]), int(stop[i])) for i in best]


def _steady_cells(floor_db: F64, shortest: int, window: int) -> int:
    """Return for how many cells the smoothed floor stays near to its level; most songs leave it within a second."""
    level = float(np.median(floor_db[:shortest]))
    looked_at = 2 * shortest
    while True:
        # What lies behind the part that is smoothed changes only its last cells, and those are not believed.
        part = floor_db[: looked_at + window]
        smooth = np.median(windows_of(part, window), axis=1)[:looked_at]
        leaves = np.flatnonzero(np.abs(smooth - level) > STEADY_DB)
        if len(leaves):
            return int(leaves[0])
        if looked_at >= len(floor_db):
            return len(floor_db)
        looked_at *= 4


def _steady(floor_db: F64, peaks_db: F64, cell_s: float, shortest_s: float) -> float:
    """Return how many seconds of nothing but quiet noise the signal begins with; 0.0 where it is less than that."""
    shortest = round(shortest_s / cell_s)
    if len(floor_db) < 2 * shortest:
        return 0.0
    length = _steady_cells(floor_db, shortest, max(3, round(3 * OUTSIDE_S / cell_s)))
    low, middle, high = (float(v) for v in np.percentile(peaks_db[: max(length, 1)], (10, 50, 90)))
    audible = 20 * np.log10(AUDIBLE) < middle < min(20 * np.log10(QUIET), float(peaks_db.max()) - UNDER_DB)
    return length * cell_s if length >= shortest and audible and high - low <= PEAKS_DB else 0.0
