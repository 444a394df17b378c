"""Clipping below the maximum: a bus that clips for a while, elsewhere in the file something is louder.

What the flat tops of such a passage have and no chance gives: the sound comes back to exactly the same value again and
again, lies flat there and never passes it.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dsp.core.arrays import F32, I64
from dsp.faults.events import FaultEvent

LOWEST = 0.03  # ours: of the channel's maximum; what clips 30 dB under it was not turned up by a bus
FINE = 1024  # ours: steps up to the level; in coarser sound three equal samples are chance
SAME_TOPS = 4  # ours: so many visits of one value that nothing passes are no chance
FLAT_SHARE = 0.5  # ours: as in a square wave; clipped music stays below 0.3
RIVALS = 0.5  # ours: flat tops at other levels close by, of those at this one: then the wave is built of steps
RHYTHM_SHARE = 0.7  # ours
STEEP = 10  # ours: steps by which three equal samples stand out that are no rounded crest
LEAVES_PER_S = 20.0  # ours: how fast half the visits leave the level, of it a second: a tone of 50 Hz, clipped by
LEAVES_SHARE = 0.5  # 0.5 dB, takes 100; the flat parts of a square wave that only rounding moves take less than 10
NEAR = 32  # ours: a top is looked at where nothing this part of the way passes it
NOTHING, LIKELY, SURE = range(3)
RHYTHM = 0.03  # ours: gaps this equal are the periods of one tone


@dataclass(frozen=True, slots=True)
class FlatRuns:
    """Flat tops of one side of one channel within a chunk: steep on both sides, in order of time.

    ``ends`` are columns of the signal, ``levels`` heights above zero on that side.
    """

    ends: I64
    lengths: I64
    levels: F32


class Passages:
    """Collects the flat tops that belong to clipped passages.

    Parameters
    ----------
    look : int
        How far to either side a passage is looked at, in frames.
    cell_frames : int
        Flat tops are counted in cells this long.
    rate_hz : int
        Sampling rate in Hz.
    """

    def __init__(self, look: int, cell_frames: int, rate_hz: int) -> None:
        self._look, self._cell, self._leaves = look, cell_frames, LEAVES_PER_S / rate_hz
        # By sign, channel, level and cell: first and last frame, longest flat top, their number, whether sure.
        self._found: dict[tuple[int, int, float, int], tuple[int, int, int, int, bool]] = {}

    def look_at(self, signal: F32, sign: int, channel: int, runs: FlatRuns, base: int, smallest: float) -> None:
        """Look at the candidates of one side of one channel.

        Parameters
        ----------
        signal : array
            The channel; column 0 is frame ``base``.
        sign : int
            1 for tops above zero, -1 for those below.
        channel : int
            Its number.
        runs : FlatRuns
            Candidates; a passage has at least one.
        base : int
            Frame of column 0.
        smallest : float
            The smallest step between neighbours of this channel.
        """
        side = signal if sign > 0 else -signal
        near = self._look // NEAR
        around = np.clip(runs.ends[:, None] + np.arange(-near, near), 0, len(side) - 1)
        highest = (runs.levels >= FINE * smallest) & (side[around].max(axis=1) <= runs.levels)
        if not highest.any():
            return
        view = _Side(side, self._look, smallest, self._leaves)
        for level in np.unique(runs.levels[highest]).tolist():
            own = highest & (runs.levels == level)
            ends, lengths = runs.ends[own], runs.lengths[own]
            for end, length, verdict in zip(ends.tolist(), lengths.tolist(), view.verdicts(level, ends), strict=True):
                if verdict != NOTHING:
                    self._add((sign, channel, level, (end + base) // self._cell), end + base, length, verdict == SURE)

    def _add(self, key: tuple[int, int, float, int], end: int, length: int, sure: bool) -> None:
        first, last, longest, count, was_sure = self._found.get(key, (end - length + 1, end, length, 0, False))
        self._found[key] = (first, max(last, end), max(longest, length), count + 1, sure or was_sure)

    def events(self, extreme: F32) -> tuple[list[FaultEvent], list[FaultEvent]]:
        """Return the sure and the likely ones, without those at the maximum itself.

        Parameters
        ----------
        extreme : array
            The highest magnitude of the positive and the negative side, shape (2, channels).

        Returns
        -------
        tuple of list of FaultEvent
            Severity is the longest flat top of a cell, in frames.
        """
        both: tuple[list[FaultEvent], list[FaultEvent]] = ([], [])
        for (sign, channel, level, _), (first, last, longest, count, sure) in self._found.items():
            if level < extreme[0 if sign > 0 else 1, channel]:
                event = FaultEvent(first, last - first + 1, (channel,), float(longest), count)
                both[0 if sure else 1].append(event)
        return both


class _Side:
    """One side of a channel: what lies flat in it, and what its flat tops at one level are."""

    def __init__(self, side: F32, look: int, smallest: float, leaves: float) -> None:
        self._side, self._look, self._leaves = side, look, leaves
        equal = np.diff(side) == 0.0
        self._equal = np.concatenate(([0], np.cumsum(equal)))
        starts, lengths = _stretches(equal)
        inside = (lengths >= 2) & (starts > 0) & (starts + lengths + 1 < len(side))
        starts, ends = starts[inside], starts[inside] + lengths[inside]
        height = side[starts]
        steep = np.minimum(height - side[starts - 1], height - side[ends + 1]) >= STEEP * smallest
        self._tops, self._heights = starts[steep], height[steep]

    def verdicts(self, level: float, ends: I64) -> list[int]:
        """Return for each flat top whether where nothing passes its level, around it, is a clipped passage."""
        side, look = self._side, self._look
        higher = np.concatenate(([-1], np.flatnonzero(side > level), [len(side)]))
        following = np.searchsorted(higher, ends)
        first = np.maximum(ends - look, higher[following - 1] + 1)
        until = np.minimum(np.minimum(ends + look, higher[following]), len(side))
        starts, lengths = _stretches(side == level)
        a, b = np.searchsorted(starts, first), np.searchsorted(starts, until)
        visits, flat_tops = b - a, _within(np.cumsum(lengths >= 3), a, b)
        beside = side[np.maximum(starts - 1, 0)] + side[np.minimum(starts + lengths, len(side) - 1)]
        leaving = _within(np.cumsum(level - beside / 2 >= self._leaves * level), a, b)
        others = self._tops[self._heights != level]
        rivals = np.searchsorted(others, until) - np.searchsorted(others, first)
        flat = (self._equal[until - 1] - self._equal[first]) / np.maximum(until - first - 1, 1)
        gaps = np.diff(starts)
        alike = np.abs(np.diff(gaps)) <= np.maximum(1, RHYTHM * gaps[1:])
        rhythm = _within(np.cumsum(alike), a, np.maximum(b - 2, a)) / np.maximum(visits - 2, 1)
        clipped = (flat_tops + visits >= SAME_TOPS) & (rivals <= RIVALS * flat_tops) & (flat <= FLAT_SHARE)
        clipped &= leaving >= LEAVES_SHARE * visits
        sure = (flat_tops >= 2) & (visits >= SAME_TOPS) & (rhythm <= RHYTHM_SHARE)
        return np.where(clipped, np.where(sure, SURE, LIKELY), NOTHING).tolist()  # type: ignore[no-any-return]


def _stretches(mask: NDArray[np.bool_]) -> tuple[I64, I64]:
    """Return where the stretches that hold begin, and how long they are."""
    changes = np.flatnonzero(np.diff(np.concatenate(([False], mask, [False])).astype(np.int8)))
    return changes[::2], changes[1::2] - changes[::2]


def _within(sums: I64, first: I64, until: I64) -> I64:
    """Return the sums from one index up to another, of a cumulated sum."""
    padded = np.concatenate(([0], sums))
    last = len(sums)
    return padded[np.minimum(until, last)] - padded[np.minimum(first, last)]
