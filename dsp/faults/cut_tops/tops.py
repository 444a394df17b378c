"""Tops that look cut: what is left of clipping after dither, a gain, resampling, a high-pass filter or a lossy codec.

No sample repeats any more, but a cut top still has two corners with nothing between them: what was above the line is
gone, treble and all, so that the slope turns at the two ends and not on the way. That holds when a filter has tilted
the top. A wave has such tops by chance, at all heights, fewer the higher; a clipper leaves them at one height. So they
are counted by height, and compared with those lower down. A limiter lets peaks pile up at its ceiling as well, but they
are as round as the others: the share of the flat ones among all peaks must rise too.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import lgamma
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from dsp.core.arrays import F32, F64, I64
from dsp.core.kernels import kernel
from dsp.faults.chunks import PIECE, Chunk, ChunkDetector, Geometry
from dsp.faults.events import FaultEvent, FaultEventGroup, group, merge_frames

LOUD = 0.3  # ours: of the maximum; lower down no height is compared
LONGEST_S = 0.014  # ours: half a period of 36 Hz
DECIMATE_FROM_HZ = 64_000  # above, pairs of samples are averaged: a filter's ripple at 20 kHz is no corner
CORNER = 0.0005  # ours: of the height; a 50 Hz tone clipped by 3 dB has five times as sharp corners


@dataclass(frozen=True, slots=True)
class _Class:
    """Tops of one kind, and what tells a clipper's from those that come by chance."""

    length: int  # frames from corner to corner, at least
    bend: float  # between them, of the corners': at most
    tilt: float  # slope between them, of the flanks'
    chance: float  # how many of them a stretch of heights holds in any music
    widest_db: float  # of such a stretch
    share: float  # how much larger their share of all peaks must be there than lower down


# ours, from released songs before and after they were clipped: a clipper's tops are flat to a hundredth of the flanks
# and at one height, after a high-pass tilted by a tenth to a third and spread over some dB
CLASSES = (
    _Class(5, 0.3, 0.05, 1.0, 1.0, 8.0),
    _Class(8, 0.2, 0.05, 0.3, 1.0, 6.0),
    _Class(12, 0.1, 0.05, 0.03, 1.0, 6.0),
    _Class(8, 0.2, 0.5, 1.5, 3.0, 8.0),
    _Class(12, 0.1, 0.5, 0.1, 3.0, 8.0),
)
BIN_DB, HIGHEST_DB, BINS = 0.1, 40.0, 1600
WINDOWS_DB = (0.2, 0.5, 1.0, 2.0, 3.0)  # ours: exact after dither, spread by a high-pass
UNDER_DB = 6.0  # ours: a clipper stands this near to the maximum that a later filter made
BELOW_DB = 3.0  # ours: the heights that are compared with
SAFETY = 2.0  # ours: by nature flat tops may be twice as frequent as lower down
CHANCE = 1e-6  # ours: songs that were never clipped stay well above
FEWEST = 3
COARSE = 1 / 1024  # ours: of the maximum; a wave of coarser steps has corners and flat tops by nature
TIGHT, TIGHT_SHARE = 6, 0.5  # ours: frames from one flat part to the next in a square wave
RHYTHM, RHYTHM_SHARE = 0.03, 0.8  # ours: so equal are the periods of one tone
KEPT = 50_000  # tops whose places are remembered


class TopsDetector(ChunkDetector[FaultEventGroup]):
    """Finds a height at which tops look cut; severity is the length of the longest top of a place, in frames."""

    VERSION: ClassVar[int] = 1

    def __init__(self, rate_hz: int, channels: int) -> None:
        super().__init__(rate_hz, channels)
        self._step = 1
        while rate_hz // self._step > DECIMATE_FROM_HZ:
            self._step *= 2
        geometry = Geometry.of(rate_hz)
        frames, self._halves = geometry.history + geometry.chunk, list[F32]()
        for _ in range(self._step.bit_length() - 1):
            frames //= 2
            self._halves.append(np.empty(frames, np.float32))
        self._most = round(LONGEST_S * rate_hz / self._step)
        self._peaks = np.zeros((channels, BINS), np.int64)
        self._flat = np.zeros((len(CLASSES), channels, BINS), np.int64)
        self._tops: list[list[I64]] = [[] for _ in range(channels)]
        self._kept = 0
        self._highest, self._smallest = np.zeros(channels), np.full(channels, np.inf)
        self._out = np.empty((geometry.chunk // self._step // 4, 7), np.int64)

    def read(self, chunk: Chunk) -> None:
        """Look at the next chunk, where it is loud."""
        if chunk.until <= chunk.first:
            return
        pieces = slice(chunk.first // PIECE, chunk.last // PIECE)
        for channel in range(self.channels):
            floor = LOUD * float(chunk.peaks[channel])
            if floor == 0.0 or chunk.peak[channel, pieces].max() < floor:
                continue
            signal = chunk.x[channel]
            for half in self._halves:
                _halved(signal, half)
                signal = half
            number, smallest = _tops(
                signal,
                chunk.peak[channel],
                PIECE // self._step,
                chunk.first // self._step,
                chunk.until // self._step,
                self._most,
                floor,
                self._peaks[channel],
                self._out,
            )
            self._highest[channel] = chunk.peaks[channel]
            self._smallest[channel] = min(self._smallest[channel], smallest)
            self._keep(channel, self._out[:number], chunk.base)

    def _keep(self, channel: int, found: I64, base: int) -> None:
        for i, kind in enumerate(CLASSES):
            self._flat[i, channel] += np.bincount(found[_of(kind, found), 3], minlength=BINS)
        if len(found) and self._kept < KEPT:
            kept = found.copy()
            kept[:, 0] = kept[:, 0] * self._step + base
            self._tops[channel].append(kept)
            self._kept += len(kept)

    def leave_out(self, channels: Iterable[int]) -> None:
        """Say nothing of these channels; before `result`."""
        for channel in channels:
            self._smallest[channel] = np.inf

    def result(self, frames: int) -> FaultEventGroup:
        """Return the places where tops look cut."""
        fine = tuple(np.flatnonzero(self._smallest < COARSE * self._highest).tolist())
        groups = {fine, *((channel,) for channel in fine)} - {()}
        events: dict[tuple[int, int], FaultEvent] = {}
        for channels in groups:
            found = self._height(channels)
            if found is None:
                continue
            of_class, first, until = found
            for channel in channels:
                for tops in [np.concatenate(self._tops[channel])] if self._tops[channel] else []:
                    own = _of(CLASSES[of_class], tops) & (tops[:, 3] >= first) & (tops[:, 3] < until)
                    if not _is_tone(tops[own]):
                        events |= {
                            (channel, at): FaultEvent(at, long * self._step, (channel,), float(long * self._step))
                            for at, long in tops[own, :2].tolist()
                        }
        if len(events) < FEWEST:
            return FaultEventGroup("samples")
        return group(events.values(), merge_frames(self.rate_hz), "samples")

    def _height(self, channels: tuple[int, ...]) -> tuple[int, int, int] | None:
        """Return the class of tops and the bins of the height at which they pile up most, None if they do not."""
        peaks = np.cumsum(np.concatenate(([0], self._peaks[list(channels)].sum(axis=0))))
        if peaks[-1] == 0:
            return None
        top = int(np.flatnonzero(peaks)[0]) - 1
        lowest = int(-20.0 * np.log10(LOUD) / BIN_DB)  # what is lower was not counted
        best: tuple[float, int, int, int] = (CHANCE, 0, 0, 0)
        for i, kind in enumerate(CLASSES):
            flat = np.cumsum(np.concatenate(([0], self._flat[i][list(channels)].sum(axis=0))))
            for window_db in (w for w in WINDOWS_DB if w <= kind.widest_db):
                span = round((window_db + BELOW_DB) / BIN_DB) + 1
                at = np.arange(top, min(top + min(round(UNDER_DB / BIN_DB) + 1, lowest - span), BINS - span))
                end, low = at + round(window_db / BIN_DB), at + span
                number, below = flat[end] - flat[at], flat[low] - flat[end + 1]
                of, of_below = peaks[end] - peaks[at], peaks[low] - peaks[end + 1]
                rises = number * np.maximum(of_below, 1) >= kind.share * (below + 0.5) * np.maximum(of, 1)
                expected = SAFETY * below * window_db / BELOW_DB + kind.chance
                rises &= number >= FEWEST
                if not rises.any():
                    continue
                by_chance = np.ones(len(at))
                by_chance[rises] = _poisson_tail(number[rises], expected[rises])
                least = int(np.argmin(by_chance))
                if by_chance[least] < best[0]:
                    best = (float(by_chance[least]), i, int(at[least]), int(end[least]))
        return None if best[0] >= CHANCE else best[1:]


def _poisson_tail(number: I64, expected: F64) -> F64:
    """Return the chance of so many and more where so many are expected; 1 where no fewer are expected.

    The chance of exactly so many, times ``1 + m/(k+1) + m²/((k+1)(k+2)) + …``. scipy has it as ``gammainc``; importing
    that takes longer than examining a file.
    """
    chance = np.ones(len(number))
    rare = expected < number
    k, m = number[rare].astype(np.float64), expected[rare]
    exactly = np.exp(k * np.log(m) - m - np.array([lgamma(n + 1.0) for n in k]))
    total, term = np.ones(len(k)), np.ones(len(k))
    while np.any(term > 1e-17 * total):
        k = k + 1.0
        term = term * (m / k)
        total += term
    chance[rare] = exactly * total
    return chance


def _of(kind: _Class, tops: I64) -> NDArray[np.bool_]:
    """Return which tops are of a kind."""
    long = tops[:, 1] >= kind.length
    return long & (tops[:, 2] <= 1000 * kind.bend) & (tops[:, 6] <= 1000 * kind.tilt)


def _is_tone(tops: I64) -> bool:
    """Whether flat tops are those of a wave that is flat by nature, or come with the period of one tone."""
    if np.mean(tops[:, 4] <= TIGHT) > TIGHT_SHARE if len(tops) else True:
        return True
    rhythms = []
    for sign in (-1, 1):
        gaps = np.diff(tops[tops[:, 5] == sign, 0])
        rhythms.append(np.abs(np.diff(gaps)) <= np.maximum(1, RHYTHM * gaps[1:]))
    alike = np.concatenate(rhythms)
    return len(alike) > 0 and bool(np.mean(alike) > RHYTHM_SHARE)


@kernel
def _halved(x: F32, out: F32) -> None:
    """Average pairs of samples."""
    for i in range(len(out)):
        out[i] = np.float32(0.5) * (x[2 * i] + x[2 * i + 1])


@kernel
def _tops(
    x: F32,
    loudest: F32,
    piece: int,
    first: int,
    until: int,
    most: int,
    floor: float,
    peaks: I64,
    out: I64,
) -> tuple[int, float]:
    """List tops between two corners; count all corners that could begin one by height.

    Returns their number and the smallest step between loud neighbours that is not zero. A corner is where the second
    difference, over two samples so that nothing near half the rate counts, is a peak.
    ``out``: column, frames from corner to corner, the strongest bend between them in thousandths of the corners', bin
    of the height, frames since the top before, sign, slope between the corners in thousandths of the flanks'.
    """
    found = 0
    smallest = np.float32(np.inf)
    least = np.float32(floor)
    before = -1000000
    two, corner = np.float32(2.0), np.float32(4.0 * CORNER)
    for p in range(first // piece, (until + piece - 1) // piece):
        if loudest[p] < least:
            continue
        for i in range(max(first, p * piece), min(until, (p + 1) * piece)):
            height = abs(x[i])
            if height < least:
                continue
            step = abs(x[i] - x[i - 1])
            if np.float32(0.0) < step < smallest:
                smallest = step
            sign = np.float32(1.0) if x[i] > np.float32(0.0) else np.float32(-1.0)
            bend = sign * (two * x[i] - x[i - 2] - x[i + 2])
            if bend < corner * height:
                continue
            if sign * (two * x[i - 1] - x[i - 3] - x[i + 1]) > bend:
                continue
            if sign * (two * x[i + 1] - x[i - 1] - x[i + 3]) >= bend:
                continue
            bin_ = min(max(int((HIGHEST_DB - 20.0 * np.log10(height)) / BIN_DB), 0), BINS - 1)
            peaks[bin_] += 1
            limit = np.float32(0.3) * bend
            j = i + 3
            while j < i + most and abs(two * x[j] - x[j - 2] - x[j + 2]) <= limit:
                j += 1
            end = j
            other = np.float32(0.0)
            for q in range(j, j + 4):
                turn = sign * (two * x[q] - x[q - 2] - x[q + 2])
                if turn > other:
                    other = turn
                    end = q
            length = end - i
            if other <= 0.0 or length < 5:
                continue
            strongest = np.float32(0.0)
            for q in range(i + 3, end - 2):
                strongest = max(strongest, abs(two * x[q] - x[q - 2] - x[q + 2]))
            if strongest > np.float32(0.3) * min(bend, other):
                continue
            slope = min(sign * (x[i] - x[i - 3]), sign * (x[end] - x[end + 3]))
            tilt = 3.0 * abs(x[end - 1] - x[i + 1]) / (length - 2)
            if slope <= 0.0 or tilt > 0.5 * slope or found >= len(out):
                continue
            highest = max(height, abs(x[end]))
            out[found, 0] = i
            out[found, 1] = length
            out[found, 2] = int(1000.0 * strongest / min(bend, other))
            out[found, 3] = min(max(int((HIGHEST_DB - 20.0 * np.log10(highest)) / BIN_DB), 0), BINS - 1)
            out[found, 4] = i - before
            out[found, 5] = int(sign)
            out[found, 6] = int(1000.0 * tilt / slope)
            before = end
            found += 1
    return found, float(smallest)
