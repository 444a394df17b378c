"""Buffers that are played again: the same samples, frame for frame, in place of what should have followed.

Music repeats itself, but never a few milliseconds of a whole mix to the last bit. What does is made of samples without
anything around them, and it does so all the time.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from dsp.core.arrays import F32, I64
from dsp.core.kernels import kernel
from dsp.faults.chunks import PIECE, Chunk
from dsp.faults.events import FaultEvent
from dsp.faults.holes.sides import FAR_S, SMALLEST

LONGEST_S = 0.025  # ours: audio buffers are shorter; a beat that is repeated on purpose is longer
LARGEST = 1_100  # frames: ours, at low rates buffers of 1,024 last longer
SHORTEST = 48  # frames: ours
AT_ONCE = 24  # frames: ours, so many equal ones around the same peak are worth a closer look
PAIRS = 700  # ours: a chunk with more equal peaks is made of a synthesiser's periods
EXTRA = 2  # ours: so many frames more than whole buffers may be equal by chance
MOST_TIMES = 20  # ours: a tone is the same period over and over
FEW_TIMES = 2  # ours: nobody hears an effect in a buffer that comes twice or three times
MADE_OF_THEM = 6  # ours: so many repeats that are no whole buffers are how the sound is made


@dataclass(frozen=True, slots=True)
class Repeat:
    """A buffer of ``frames`` frames that is played again from frame ``start`` to frame ``end``."""

    start: int
    end: int
    frames: int
    channels: int

    @property
    def whole(self) -> bool:
        """Whether it comes again as a whole, once or some times."""
        length = self.end - self.start
        return length // self.frames <= MOST_TIMES and length % self.frames <= EXTRA

    def event(self, rate_hz: int) -> FaultEvent:
        """Return it as an event; severity: seconds."""
        length = self.end - self.start
        return FaultEvent(self.start, length, tuple(range(self.channels)), length / rate_hz)


class RepeatTracker:
    """Looks for pieces with one peak near to each other, and at the samples around those."""

    def __init__(self, rate_hz: int, channels: int) -> None:
        self.channels = channels
        self._rate_hz = rate_hz
        self._longest = max(round(LONGEST_S * rate_hz), min(LARGEST, round(FAR_S * rate_hz)))
        self._found: list[Repeat] = []
        self._others = 0
        self._out = np.zeros(2, np.int64)

    def read(self, chunk: Chunk) -> None:
        """Look at the next chunk."""
        channel = int(np.argmax(chunk.largest))
        if chunk.largest[channel] <= SMALLEST or self._others > MADE_OF_THEM:
            return
        seen = 0
        for start, end, lag in self._repeats(chunk, channel):
            if start < seen or not chunk.first <= end < chunk.last or start <= lag:
                continue
            seen = end
            repeat = Repeat(chunk.base + start, chunk.base + end, lag, self.channels)
            if repeat.whole:
                self._found.append(repeat)
            else:
                self._others += 1

    def finish(self) -> tuple[list[FaultEvent], list[FaultEvent]]:
        """Return the buffers that come again a few times, and those that come more often; none where all is made so."""
        if self._others > min(MADE_OF_THEM, len(self._found)):
            return [], []
        few = [r.end - r.start < (FEW_TIMES + 1) * r.frames for r in self._found]
        events = [r.event(self._rate_hz) for r in self._found]
        return (
            [e for e, f in zip(events, few, strict=True) if f],
            [e for e, f in zip(events, few, strict=True) if not f],
        )

    def _repeats(self, chunk: Chunk, channel: int) -> Iterator[tuple[int, int, int]]:
        """Yield first column, column behind and lag of what equals what came shortly before, in order of time."""
        x, peaks = chunk.x[channel], chunk.peak[channel]
        order = np.argsort(peaks, kind="stable")
        same = peaks[order[1:]] == peaks[order[:-1]]
        near = same & (np.diff(order) <= self._longest // PIECE + 1) & (peaks[order[1:]] > SMALLEST)
        if not 0 < np.count_nonzero(near) <= PAIRS:
            return
        seen = 0
        for later, earlier in sorted(zip(order[1:][near].tolist(), order[:-1][near].tolist(), strict=True)):
            at, was = (piece * PIECE + _peak_of(x, piece) for piece in (later, earlier))
            lag = at - was
            if at < seen or not SHORTEST <= lag <= self._longest or at - lag < lag:
                continue
            _equal_around(chunk.x, at, lag, self._out)
            start, end = self._out.tolist()
            if end - start >= max(AT_ONCE, lag) and float(np.ptp(x[start:end])) > SMALLEST:
                seen = end
                yield start, end, lag


def _peak_of(x: F32, piece: int) -> int:
    return int(np.argmax(np.abs(x[piece * PIECE : (piece + 1) * PIECE])))


@kernel
def _equal_around(x: F32, at: int, lag: int, out: I64) -> None:
    """Find the columns around one in which every channel equals itself ``lag`` columns before."""
    start, end = at, at
    equal = True
    while equal and end < x.shape[1]:
        for channel in range(x.shape[0]):
            equal = equal and x[channel, end] == x[channel, end - lag]
        if equal:
            end += 1
    equal = True
    while equal and start > lag:
        for channel in range(x.shape[0]):
            equal = equal and x[channel, start - 1] == x[channel, start - 1 - lag]
        if equal:
            start -= 1
    out[0], out[1] = start, end
