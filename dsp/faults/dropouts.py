"""Dropouts: a stretch of digital silence, or of one frozen value, cut into music that goes on behind it.

Music that pauses fades, or starts anew at another level; a dropout cuts the wave and lets it go on as loud as before.
Longer stops are music until proven otherwise and are left to the list of silences, and so are gaps in strict rhythm:
a gate or a stutter cuts like a fault, but eight times in a row, equally far apart and equally long.
"""

from typing import ClassVar

import numpy as np

from dsp.core.arrays import F32, F64
from dsp.core.kernels import kernel
from dsp.faults.chunks import PIECE, Chunk, ChunkDetector
from dsp.faults.events import TOGETHER_S, FaultEvent, FaultEventGroup, across_channels, group, merge_frames

LONGEST_S = 0.05  # ours: audio buffers are shorter; the rests of fast electronic music are longer
FROZEN_S = 0.003  # ours: a frozen value other than 0 must last longer; low square waves are frozen for long
CONTEXT_S = 0.005
SHORT_S = 0.001
LEVEL_DB = 10.0  # ours: before and after
SMALLEST = 10 ** (-50 / 20)  # ours: under this a gap is not heard
FADED = 0.25  # ours: a straight fade to 0 leaves a fifth of the last five milliseconds' peak in the last one
FADED_LONE = 0.1  # ours: while another channel plays on, a fade of one channel for a moment is unlikely
KINK = 2.0  # ours: the bend at the gap, over the largest in the sound before; a wave cut near 0 shows by it alone
CLEAR_KINK, CLEAR_JUMP = 4.0, 0.1  # ours: with a kink and a jump like this on both sides the levels may differ
BEAT_S, BEATS = 0.3, 8  # ours: a gate's steps are sixteenths or shorter; faults do not keep time for so long
BEAT_JITTER, LENGTH_JITTER = 0.02, 0.05
STEPPED_SHARE = 0.3  # ours: equal neighbours in the music around: a chip tune stops and starts like this all the time


class DropoutDetector(ChunkDetector[FaultEventGroup]):
    """Finds and judges runs of equal samples; severity: their length in seconds."""

    VERSION: ClassVar[int] = 1

    def __init__(self, rate_hz: int, channels: int) -> None:
        super().__init__(rate_hz, channels)
        self._longest = max(2 * PIECE, round(LONGEST_S * rate_hz))
        self._frozen = max(2 * PIECE, round(FROZEN_S * rate_hz))
        self._context = max(PIECE, round(CONTEXT_S * rate_hz))
        self._short = max(8, round(SHORT_S * rate_hz))
        self._longest_beat = round(BEAT_S * rate_hz)
        self._events: list[FaultEvent] = []

    @property
    def look_frames(self) -> int:
        """Frames needed on either side of a run that is judged."""
        return self._longest + self._context + PIECE

    def read(self, chunk: Chunk) -> None:
        """Look at the next chunk: runs of equal samples hold pieces of one value, equal to the sample before them."""
        if chunk.until <= chunk.first:
            return
        x, held = chunk.x, chunk.equal == PIECE
        for channel in np.flatnonzero(held.any(axis=1)).tolist():
            starts = np.flatnonzero(held[channel] & ~np.concatenate(([False], held[channel][:-1])))
            for piece in starts.tolist():
                start, end = _run_around(x[channel], piece * PIECE)
                if chunk.first <= start < chunk.last and self._context <= start and end - start <= self._longest:
                    others = np.abs(x[:, start:end]).max(axis=1)
                    lone = bool(np.any(np.delete(others, channel) > SMALLEST))
                    self._judge(x[channel], start, end, chunk.base, channel, FADED_LONE if lone else FADED)

    def _judge(self, signal: F32, start: int, end: int, base: int, channel: int, faded: float) -> None:
        before = signal[start - self._context : start].astype(np.float64)
        after = signal[end : end + self._context][::-1].astype(np.float64)  # time runs towards the gap on both sides
        value = float(signal[start])
        if len(after) < self._context or (value != 0.0 and end - start < self._frozen):
            return
        peaks = [float(np.abs(side).max()) for side in (before, after)]
        if min(peaks) < SMALLEST or abs(value) >= max(peaks):
            return
        equal = np.mean(np.concatenate((np.diff(before), np.diff(after))) == 0.0)
        cuts = [_cut(side, value, self._short, faded) for side in (before, after)]
        powers = [float(np.mean(side**2)) for side in (before, after)]
        alike = max(powers) <= min(powers) * 10 ** (LEVEL_DB / 10)
        if equal > STEPPED_SHARE or min(cuts) == 0 or (min(cuts) < 2 and not alike):
            return
        self._events.append(FaultEvent(base + start, end - start, (channel,), (end - start) / self.rate_hz))

    def result(self, frames: int) -> FaultEventGroup:
        """Return all dropouts; one that begins in two channels together is one."""
        kept: list[FaultEvent] = []
        for channel in range(self.channels):
            kept += _without_rhythm([e for e in self._events if e.channels == (channel,)], self._longest_beat)
        joined = across_channels(kept, round(TOGETHER_S * self.rate_hz))
        return group(joined, merge_frames(self.rate_hz), "s")


def _without_rhythm(events: list[FaultEvent], longest_beat: int) -> list[FaultEvent]:
    """Leave out runs of `BEATS` or more gaps of one length at one distance."""
    if len(events) < BEATS:
        return events
    starts = np.array([e.start_frame for e in events])
    lengths = np.array([e.length_frames for e in events])
    beats = np.diff(starts)
    steady = (np.abs(np.diff(beats, prepend=beats[0])) <= BEAT_JITTER * beats + 1) & (beats <= longest_beat)
    steady &= np.abs(np.diff(lengths)) <= LENGTH_JITTER * lengths[1:] + 1
    rhythmic = np.zeros(len(events), bool)
    edges = np.flatnonzero(np.diff(np.concatenate(([False], steady, [False])).astype(np.int8)))
    for first, last in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        if last - first + 1 >= BEATS:
            # The beat before the first steady one begins the run.
            rhythmic[max(first - 1, 0) : last + 1] = True
    return [e for e, r in zip(events, rhythmic.tolist(), strict=True) if not r]


def _cut(side: F64, value: float, short: int, faded: float) -> int:
    """Say how clearly a sound that leads to a gap was cut: 0 it had ended by itself, 1 cut, 2 cut in mid-wave."""
    bends = np.abs(np.diff(np.append(side, [value, value]), 2))
    usual = float(bends[:-2].max())
    kink = float(bends[-2:].max())
    peak = float(np.abs(side).max())
    if kink >= CLEAR_KINK * usual and abs(side[-1] - value) >= CLEAR_JUMP * peak:
        return 2
    return int(kink >= KINK * usual or np.abs(side[-short:]).max() >= faded * peak)


@kernel
def _run_around(x: F32, inside: int) -> tuple[int, int]:
    """Return the first frame of the run of equal samples around a frame, and the first frame after it."""
    start, end = inside, inside
    while start > 0 and x[start - 1] == x[inside]:
        start -= 1
    while end < len(x) and x[end] == x[inside]:
        end += 1
    return start, end
