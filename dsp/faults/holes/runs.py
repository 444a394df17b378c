"""Runs: every stretch of one channel that is silent, or stands at one value, beside sound; from a millisecond on.

A run may last for minutes. Its two sides are read while their samples are at hand, and kept in its place.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dsp.core.arrays import F32, I64
from dsp.core.kernels import kernel
from dsp.faults.chunks import PIECE, Chunk
from dsp.faults.holes.recurring import RunWaves
from dsp.faults.holes.sides import FADED, FAR_S, SMALLEST, Side, SideReader

SILENT = 10 ** (-75 / 20)  # ours: dither and converters' noise stay below, everything that is heard above
SHORTEST_S = 0.001
STEPPED_SHARE = 0.3  # ours: equal neighbours in the music around: a chip tune stops and starts like this all the time
TOP = 0.9  # ours: a value this near to the wave's own highest is its flat top, not a frozen one
CLEAR_OF = 50.0  # ours: a wave less than this over `SILENT` stays below it for a while at each crossing of zero
CROSSING_S = 0.01  # ours: half a period of the lowest note that is heard at such a level
TOP_S = 0.03  # ours: longer than half a period of the lowest note
MOST = 5_000  # runs that are kept: a song with more is made of them
FROZEN_S = 0.003  # ours: a frozen value other than 0 must last longer; low square waves are frozen for long


@dataclass(slots=True)
class Run:
    """A stretch of one channel; ``before`` is missing at the file's beginning, ``after`` where it lasts to its end.

    ``accompanied`` of ``counted`` frames have sound in another channel; ``loudest`` is the other channels' peak.
    ``recurs``: it comes again elsewhere in the song, and the sound on both sides of it with it.
    """

    channel: int
    start: int
    value: float
    before: Side | None
    end: int = -1
    after: Side | None = None
    counted: int = 0
    accompanied: int = 0
    loudest: float = 0.0
    recurs: bool = False

    @property
    def length(self) -> int:
        """Length in frames."""
        return self.end - self.start

    @property
    def lone(self) -> bool:
        """Whether another channel plays on."""
        return 2 * self.accompanied > self.counted and self.loudest > SMALLEST


class RunTracker:
    """Follows the runs of all channels from chunk to chunk."""

    def __init__(self, rate_hz: int, channels: int) -> None:
        self.channels = channels
        self._done: list[Run] = []
        # What is silent from the first frame on has no side before.
        self._open = {c: Run(c, 0, 0.0, None) for c in range(channels)}
        self._sides = SideReader(rate_hz)
        self._waves = RunWaves(rate_hz)
        self._shortest = max(8, round(SHORTEST_S * rate_hz))
        self._crossing = round(CROSSING_S * rate_hz)
        self._longest_top = round(TOP_S * rate_hz)
        self._frozen = max(2 * PIECE, round(FROZEN_S * rate_hz))
        # A run of so many equal samples fills a piece, or half of it lies in one of two.
        self._equal = min(PIECE, (self._shortest - 1) // 2)
        self._back = -(-round(FAR_S * rate_hz) // PIECE) + 1

    @property
    def look_frames(self) -> int:
        """Frames needed on either side of a run's ends."""
        return self._sides.far

    def read(self, chunk: Chunk) -> None:
        """Follow the runs through the next chunk."""
        quiet = chunk.peak <= SILENT
        held = chunk.equal >= self._equal
        for channel in np.flatnonzero((quiet | held).any(axis=1)).tolist():
            self._follow(chunk, channel, quiet[channel], held[channel])
        for channel in [c for c in self._open if not (quiet[c] | held[c]).any()]:
            self._follow(chunk, channel, quiet[channel], held[channel])

    def finish(self, frames: int) -> list[Run]:
        """Return all runs in a signal of this many frames; those that last to its end have no side after."""
        for run in self._open.values():
            if run.start < frames:
                run.end = frames
                self._done.append(run)
        self._open = {}
        self._waves.mark(self._done)
        return sorted(self._done, key=lambda r: (r.start, r.channel))

    def _follow(self, chunk: Chunk, channel: int, quiet: NDArray[np.bool_], held: NDArray[np.bool_]) -> None:
        column = chunk.first
        if (run := self._open.get(channel)) is not None:
            column = self._close(chunk, run, max(run.start - chunk.base, chunk.first))
        if channel in self._open:
            return
        x, pieces = chunk.x[channel], self._candidates(chunk, channel, quiet, held)
        silent = quiet[pieces].astype(np.int64)
        number = 0
        while number < len(pieces):
            number, start, value = _next_run(
                x, pieces, silent, number, column, chunk.first, chunk.last, self._shortest, self._sides.near
            )
            if start < 0:
                return
            before = self._sides.read(chunk.x, channel, start - 1, -1, value)
            if before.far_peak < SMALLEST:
                continue
            if value != 0.0 and abs(value) >= TOP * before.highest:
                end = _behind_run(x, start, value, 0.0)
                if end - start < self._longest_top:
                    column = end
                    continue
            run = Run(channel, chunk.base + start, value, before)
            column = max(column, self._close(chunk, run, start))
            if channel in self._open:
                return

    def _candidates(self, chunk: Chunk, channel: int, quiet: NDArray[np.bool_], held: NDArray[np.bool_]) -> I64:
        """Return the pieces at which a run beside sound may begin."""
        loud = np.concatenate(([0], np.cumsum(chunk.peak[channel] > SMALLEST)))
        if loud[-1] == 0:
            return np.zeros(0, np.int64)
        full = chunk.equal[channel] == PIECE
        starts = (quiet & ~_shifted(quiet)) | (held & ~quiet & ~(full & _shifted(full)))
        pieces = np.flatnonzero(starts)
        return pieces[loud[pieces] > loud[np.maximum(pieces - self._back, 0)]]

    def _close(self, chunk: Chunk, run: Run, column: int) -> int:
        """Follow a run from a column on; it stays open where its end is not seen yet. Return the column behind it."""
        channel, x = run.channel, chunk.x[run.channel]
        end = _behind_run(x, column, run.value, SILENT if run.value == 0.0 else 0.0)
        self._count(chunk, run, column, min(end, chunk.last))
        if end >= chunk.last:
            self._open[channel] = run
            return chunk.last
        self._open.pop(channel, None)
        run.end = chunk.base + end
        least = self._shortest if run.value == 0.0 else self._frozen
        if run.before is not None and run.before.near_peak < CLEAR_OF * SILENT and run.length < self._crossing:
            exact = _equal_from(x, column, end, self._shortest) >= column
            least = least if exact else self._crossing
        if run.length >= least and len(self._done) < MOST:
            run.after = self._sides.read(chunk.x, channel, end, 1, run.value)
            self._done.append(run)
            if run.before is not None and min(run.before.grade, run.after.grade) >= FADED:
                self._waves.add(run, x, run.start - chunk.base, end)
        return end

    def _count(self, chunk: Chunk, run: Run, start: int, end: int) -> None:
        """Count in which of the run's pieces the other channels sound."""
        if self.channels < 2:
            return
        others = [c for c in range(self.channels) if c != run.channel]
        if end - start < 3 * PIECE:
            weight, peaks = 1, np.abs(chunk.x[others, start : max(end, start + 1)]).max(axis=0)
        else:
            weight, peaks = PIECE, chunk.peak[others, -(-start // PIECE) : end // PIECE].max(axis=0)
        run.counted += weight * len(peaks)
        run.accompanied += weight * int(np.count_nonzero(peaks > SILENT))
        run.loudest = max(run.loudest, float(peaks.max(initial=0.0)))


def _shifted(pieces: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return for each piece what is so of the one before."""
    return np.concatenate((pieces[:1] & False, pieces[:-1]))


@kernel
def _next_run(
    x: F32, pieces: I64, silent: I64, number: int, column: int, first: int, last: int, least: int, near: int
) -> tuple[int, int, float]:
    """Look for the next run that begins in the chunk.

    Parameters
    ----------
    x : array
        One channel.
    pieces, silent : arrays
        Where runs may be, and whether such a piece is silent; else equal samples are looked for in it.
    number : int
        Which of the pieces comes next.
    column : int
        Where the last run ended.
    first, last : int
        The columns of the chunk.
    least : int
        How many samples must be equal.
    near : int
        How many before it tell whether it is one of the steps that such a sound is made of.

    Returns
    -------
    tuple
        Which piece comes next, the run's first column, -1 where there is none, and its value.
    """
    for i in range(number, len(pieces)):
        if (pieces[i] + 1) * PIECE <= column:
            continue
        start = max(pieces[i] * PIECE, column)
        value, tolerance = 0.0, SILENT
        if not silent[i]:
            until, begin = min(start + PIECE + least, len(x)), max(start - least, 1)
            start = begin
            for at in range(begin, until):
                if x[at] != x[at - 1]:
                    start = at
                elif at - start + 1 >= least:
                    break
            else:
                continue
            if abs(x[start]) > SILENT:
                value, tolerance = float(x[start]), 0.0
        while start > 0 and abs(x[start - 1] - value) <= tolerance:
            start -= 1
        if max(first, column) <= start < last:
            steps = 0
            for at in range(start - near, start - 1):
                steps += x[at] == x[at + 1]
            if steps / near <= STEPPED_SHARE:
                return i + 1, start, value
    return len(pieces), -1, 0.0


@kernel
def _behind_run(x: F32, column: int, value: float, tolerance: float) -> int:
    """Go on to the end of a run.

    Parameters
    ----------
    x : array
        One channel.
    column : int
        A column inside.
    value, tolerance : float
        What the run holds, and how far from it a sample may be.

    Returns
    -------
    int
        The first column behind it; the number of columns where it does not end.
    """
    while column < len(x) and abs(x[column] - value) <= tolerance:
        column += 1
    return column


@kernel
def _equal_from(x: F32, first: int, last: int, least: int) -> int:
    """Look for equal samples.

    Parameters
    ----------
    x : array
        One channel.
    first, last : int
        The columns between which they are; they may begin up to ``least`` before the first.
    least : int
        How many there must be.

    Returns
    -------
    int
        The column from which on that many are equal; -1 where there are none.
    """
    begin = max(first - least, 1)
    start = begin
    for column in range(begin, last):
        if x[column] != x[column - 1]:
            start = column
        elif column - start + 1 >= least:
            return start
    return -1
