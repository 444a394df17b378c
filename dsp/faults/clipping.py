"""Clipping: flat tops at a channel's own maximum, told apart from squares, limiters and coarse quantisation.

Three or more equal samples at the maximum are the usual definition. Alone it accuses innocent files: the rounded crest
of a bass note in a 16-bit file, every period of a square-wave lead, an 8-bit chip tune. So a flat top counts only when

- both its sides are steeper than the crest of a smooth wave of that length can be at the file's own step size,
- the waveform is not built of steps: few flat runs are found well below the maximum, and the wave does not jump from
  one flat part to the next within a few samples most of the time (a square wave does nothing else),
- flat tops are clearly more frequent *at* the maximum than just under it.

Below the maximum it counts where the sound keeps coming back to the same value (`dsp.faults.passages`).
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from dsp.core.arrays import F32, I64
from dsp.core.kernels import kernel
from dsp.faults.chunks import PIECE, Chunk, ChunkDetector, Geometry
from dsp.faults.events import FaultEvent, FaultEventGroup, group, merge_frames
from dsp.faults.passages import LOWEST, FlatRuns, Passages

RUN = 3  # the usual definition: three equal samples
CELL_S = 0.05  # ours: flat tops are counted in cells this long, so that a wrecked hour stays small
INNER, OUTER, NEAR = 0.25, 0.98, 0.85  # ours: parts of the maximum where steps and near misses are looked for
STEPPED_SHARE = 0.3  # ours: clipped music stays below 0.02, square and chip waves lie above 0.7
FLAT_SHARE = 0.5  # ours: of the time between first and last flat top of a cell
TIGHT = 4  # ours: frames from one flat part to the next in a square wave, softened edges included
TIGHT_SHARE = 0.5
NEAR_RATIO = 2.0
# ours: with steps this coarse (10 bits and fewer) three samples share a level by chance about twice a minute
COARSE = 1 / 1024
COARSE_LEAST, COARSE_EVERY_S = 3, 5.0


@dataclass(slots=True)
class _Cell:
    """Flat tops of one channel and polarity within one cell of time."""

    count: int
    frames: int
    tight: int  # of them, those that follow another flat part within `TIGHT` frames
    longest: int
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Clipping:
    """Severity of a flat top: the length of the longest one of its place, in samples."""

    flat_tops: FaultEventGroup
    maybe: FaultEventGroup  # flat tops below the maximum that a single tone with a flat top could explain
    square_like_s: float  # the most of a channel that is flat-topped like a square wave, not like clipping


class ClippingDetector(ChunkDetector[Clipping]):
    """Finds flat tops at each channel's own maximum."""

    VERSION: ClassVar[int] = 3

    def __init__(self, rate_hz: int, channels: int) -> None:
        super().__init__(rate_hz, channels)
        self._cell_frames = max(1, round(CELL_S * rate_hz))
        self._extreme = np.zeros((2, channels), np.float32)  # of the positive and the negative side, both >= 0
        self._cells: list[list[dict[int, _Cell]]] = [[{} for _ in range(channels)] for _ in range(2)]
        self._near = np.zeros((2, channels), np.int64)
        self._frames = 0
        self._smallest = np.full(channels, np.inf)  # step between neighbours, seen where flat runs were looked for
        self._stepped = np.zeros((channels, 2), np.int64)  # frames in inner flat runs, frames of that height at all
        geometry = Geometry.of(rate_hz)
        size = (geometry.chunk + geometry.history) // RUN + 2
        self._ends, self._lengths = np.empty(size, np.int64), np.empty(size, np.int64)
        self._steps, self._levels = np.empty(size, np.float32), np.empty(size, np.float32)
        self._gaps = np.empty(size, np.int64)
        self._passages = Passages(geometry.look, self._cell_frames, rate_hz)

    def read(self, chunk: Chunk) -> None:
        """Look at the next chunk, closely only where a run of equal samples is loud enough to matter."""
        first, last = chunk.first, chunk.until
        if last <= first:
            return
        loud = chunk.peak >= LOWEST * chunk.peaks[:, None]
        pieces = slice(first // PIECE, chunk.last // PIECE)
        equal_runs = np.any((chunk.equal[:, pieces] >= 2) & loud[:, pieces], axis=1)
        self._frames += last - first
        for channel in range(self.channels):
            signal = chunk.x[channel]
            peaks = (max(float(signal[first:last].max()), 0.0), max(-float(signal[first:last].min()), 0.0))
            for side, peak in enumerate(peaks):
                if peak > self._extreme[side, channel]:
                    self._raise(side, channel, peak)
            if equal_runs[channel] and max(peaks) > 0.0:
                self._scan(signal, first, min(last, len(signal) - 1), chunk.base, channel)

    def _raise(self, side: int, channel: int, peak: float) -> None:
        """A higher maximum: what was at the old one was not clipped at the file's maximum."""
        if self._extreme[side, channel] >= NEAR * peak:
            self._near[side, channel] += sum(c.count for c in self._cells[side][channel].values())
        else:
            self._near[side, channel] = 0
        self._cells[side][channel].clear()
        self._extreme[side, channel] = peak

    def _scan(self, signal: F32, first: int, last: int, base: int, channel: int) -> None:
        top = self._extreme[:, channel].max()
        number, inner_frames, smallest = _flat_runs(
            signal,
            first,
            last,
            LOWEST * top,
            INNER * top,
            OUTER * top,
            self._ends,
            self._lengths,
            self._steps,
            self._levels,
            self._gaps,
        )
        self._smallest[channel] = min(self._smallest[channel], smallest)
        length, level, step = self._lengths[:number], self._levels[:number], self._steps[:number]
        # A smooth crest that rounds to one value for n samples falls by less than ((n + 1) / (n - 1))^2 steps to the
        # next sample (a parabola, plus one step of rounding); twice that is not a smooth crest.
        steep = step >= 2.0 * smallest * (1.0 + ((length + 1) / (length - 1)) ** 2)
        inner = steep & (np.abs(level) >= INNER * top) & (np.abs(level) < OUTER * top)
        stepped = int(length[inner].sum())
        self._stepped[channel] += (stepped, inner_frames)
        for side, extreme in enumerate(self._extreme[:, channel]):
            height = level if side == 0 else -level
            at_top = np.flatnonzero(steep & (height == extreme))
            self._near[side, channel] += int(np.sum(steep & (height >= NEAR * extreme) & (height < extreme)))
            self._collect(side, channel, self._ends[at_top] + base, length[at_top], self._gaps[at_top])
            tops = np.flatnonzero(steep & (height > 0.0))
            if len(tops) and stepped <= STEPPED_SHARE * inner_frames:
                runs = FlatRuns(self._ends[tops], length[tops], height[tops])
                self._passages.look_at(signal, 1 - 2 * side, channel, runs, base, smallest)

    def _collect(self, side: int, channel: int, ends: I64, lengths: I64, gaps: I64) -> None:
        if len(ends) == 0:
            return
        indices, starts = np.unique(ends // self._cell_frames, return_index=True)
        cells = self._cells[side][channel]
        frames = np.add.reduceat(lengths, starts)
        tight = np.add.reduceat(gaps <= TIGHT, starts, dtype=np.int64)
        longest = np.maximum.reduceat(lengths, starts)
        bounds = np.append(starts, len(ends))
        for i, index in enumerate(indices.tolist()):
            a, b = int(bounds[i]), int(bounds[i + 1])
            new = _Cell(
                b - a, int(frames[i]), int(tight[i]), int(longest[i]), int(ends[a] - lengths[a] + 1), int(ends[b - 1])
            )
            old = cells.get(index)
            cells[index] = new if old is None else _together(old, new)

    def result(self, frames: int) -> Clipping:
        """Return the clipped places; ``count`` is how many flat tops one holds."""
        events: list[FaultEvent] = []
        square_cells = 0
        for channel in range(self.channels):
            inner, there = self._stepped[channel]
            cells: dict[int, _Cell] = {}
            for side in range(2):
                own = self._cells[side][channel]
                if sum(c.count for c in own.values()) > NEAR_RATIO * self._near[side, channel]:
                    for index, cell in own.items():
                        cells[index] = _together(cells[index], cell) if index in cells else cell
            if sum(c.count for c in cells.values()) < self._needed(channel):
                continue
            square = {i for i, c in cells.items() if self._is_square(c)}
            if inner > STEPPED_SHARE * max(there, 1) or 2 * len(square) > len(cells):
                square_cells = max(square_cells, len(cells))
                continue
            events += [
                FaultEvent(c.first, c.last - c.first + 1, (channel,), float(c.longest), c.count) for c in cells.values()
            ]
        sure, maybe = self._passages.events(self._extreme)
        if events or sure:  # what clips in one place is the likely reason in the others
            events, maybe = [*events, *sure, *maybe], []
        within = merge_frames(self.rate_hz)
        return Clipping(group(events, within, "samples"), group(maybe, within, "samples"), square_cells * CELL_S)

    def _needed(self, channel: int) -> float:
        """Flat tops that cannot be chance at the step size of this channel."""
        if self._smallest[channel] < COARSE * self._extreme[:, channel].max():
            return 1.0
        return COARSE_LEAST + self._frames / self.rate_hz / COARSE_EVERY_S

    def _is_square(self, cell: _Cell) -> bool:
        span = cell.last - cell.first + 1
        if cell.count == 1:  # one flat top says nothing about the time between them
            return cell.longest > self._cell_frames // 8
        return cell.frames > FLAT_SHARE * span and cell.tight > TIGHT_SHARE * cell.count


def _together(a: _Cell, b: _Cell) -> _Cell:
    return _Cell(
        a.count + b.count,
        a.frames + b.frames,
        a.tight + b.tight,
        max(a.longest, b.longest),
        min(a.first, b.first),
        max(a.last, b.last),
    )


@kernel
def _flat_runs(
    x: F32,
    first: int,
    last: int,
    lowest: float,
    inner: float,
    outer: float,
    ends: I64,
    lengths: I64,
    steps: F32,
    levels: F32,
    gaps: I64,
) -> tuple[int, int, float]:
    """List runs of RUN or more equal samples that end in ``first:last``, stand ``lowest`` high and bulge outwards.

    ``gaps`` is the distance from the flat run before, of at least two samples and of any height, to each of them.
    Returns their number, the number of frames between the heights ``inner`` and ``outer``, and the smallest step
    between neighbours that is not zero. ``x[last]`` must exist.
    """
    run = 1
    i = first
    while i - run >= 0 and x[i - run] == x[i]:
        run += 1
    found = 0
    inside = 0
    smallest = np.inf
    flat_until = -1000000
    for i in range(first, last):
        height = abs(x[i])
        if inner <= height < outer:
            inside += 1
        step = abs(x[i + 1] - x[i])
        if step == 0.0:
            run += 1
            continue
        smallest = min(smallest, step)
        before = i - run
        if run >= RUN and height >= lowest and before >= 0 and found < len(ends):
            sign = 1.0 if x[i] > 0.0 else -1.0
            side = min(sign * (x[i] - x[before]), sign * (x[i] - x[i + 1]))
            if side > 0.0:
                ends[found] = i
                lengths[found] = run
                steps[found] = side
                levels[found] = x[i]
                gaps[found] = before - flat_until
                found += 1
        if run > 1:
            flat_until = i
        run = 1
    return found, inside, smallest
