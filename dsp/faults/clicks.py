"""Clicks and discontinuities: a lonely jump of the waveform that no music around it explains.

The second difference of a signal is small for everything smooth and large for a spike or a step. A click is a short
piece whose second difference towers over everything within 50 ms on both sides, while the music before and after is
equally loud. Waves that jump by nature (saw, square) jump again within 50 ms; a drum's attack is followed by more
sound than was there before; a note that is cut off is followed by less. None of these is called a click.
"""

from typing import ClassVar

import numpy as np

from dsp.core.arrays import F32, I64
from dsp.core.kernels import kernel
from dsp.faults.chunks import LOOK_S, PIECE, SETTLE_S, Chunk, ChunkDetector
from dsp.faults.events import TOGETHER_S, FaultEvent, FaultEventGroup, across_channels, group, merge_frames

RATIO = 5.0  # ours: 14 dB above everything around
ENERGY_DB = 2.5  # ours: more than this between before and after is an onset or an ending
SPIKE_FALL_DB = 15.0
SMALLEST = 1e-3  # ours: -60 dBFS
SMALLEST_OF_RMS = 0.15  # ours: below this the edge of a soft note's start can look the same
JUMP_RATIO = 2.5  # ours: of a step over the next steepest slope near it
NARROW_S = 0.0015
NARROW_FRAMES = 6  # ours: a spike that went through a resampler still rings this far


class ClickDetector(ChunkDetector[FaultEventGroup]):
    """Finds lonely jumps; severity: the jump over the music around it in dB."""

    VERSION: ClassVar[int] = 1

    def __init__(self, rate_hz: int, channels: int) -> None:
        super().__init__(rate_hz, channels)
        self._reach = -(-round(LOOK_S * rate_hz) // PIECE)  # pieces
        self._energy = max(PIECE, round(SETTLE_S * rate_hz))
        self._narrow = max(2 * NARROW_FRAMES, round(NARROW_S * rate_hz))
        self._events: list[FaultEvent] = []
        self._found = np.empty(4096, np.int64)

    @property
    def look_frames(self) -> int:
        """Frames needed on either side of a piece that is judged."""
        return (self._reach + 2) * PIECE + self._energy

    def read(self, chunk: Chunk) -> None:
        """Look at the next chunk; piece p begins at column ``p * PIECE``."""
        if chunk.until <= chunk.first:
            return
        first, last = chunk.first // PIECE, chunk.last // PIECE
        for channel in range(self.channels):
            number = _lonely(chunk.curvature[channel], first, last, self._reach, RATIO, self._found)
            for piece in self._found[:number].tolist():
                self._confirm(chunk.x[channel], piece, chunk.base, channel)

    def _confirm(self, signal: F32, piece: int, base: int, channel: int) -> None:
        start = max((piece - 1) * PIECE, 2)
        end = min((piece + 2) * PIECE, len(signal))
        around = self._narrow + 2
        low, high = max(start - around, 0), min(end + around, len(signal))
        bend = np.abs(np.diff(signal[low:high].astype(np.float64), 2))  # bend[i] belongs to frame low + i + 1
        inside = slice(start - low - 1, end - low - 1)
        peak = int(np.argmax(bend[inside])) + inside.start
        at = low + peak + 1
        size = float(bend[peak]) / 2.0
        wide = bend[max(peak - self._narrow, 0) : peak + self._narrow + 1].copy()
        centre = min(peak, self._narrow)
        wide[max(centre - NARROW_FRAMES, 0) : centre + NARROW_FRAMES + 1] = 0.0
        gap = NARROW_FRAMES + 2
        before = _power(signal[max(at - gap - self._energy, 0) : max(at - gap, 0)])
        after = _power(signal[at + gap : at + gap + self._energy])
        quiet = min(before, after)
        # A spike, after which the wave goes on from where it was, may sit in a sound that dies away; a step may not,
        # for the end of a note that was cut off is a step too.
        spike = abs(float(signal[min(at + gap, len(signal) - 1)] - signal[max(at - gap, 0)])) < size / 2
        if not spike and not _is_sharp(signal[max(at - NARROW_FRAMES, 0) : at + NARROW_FRAMES + 1]):
            return
        fall_db = SPIKE_FALL_DB if spike else ENERGY_DB
        if after > before * 10 ** (ENERGY_DB / 10) or before > after * 10 ** (fall_db / 10):
            return
        if (
            quiet <= SMALLEST**2 / 100
            or size < max(SMALLEST, SMALLEST_OF_RMS * np.sqrt(quiet))
            or wide.max() > bend[peak] / 4
        ):
            return
        self._events.append(FaultEvent(base + at, 1, (channel,), float(20 * np.log10(size / np.sqrt(quiet)))))

    def result(self, frames: int) -> FaultEventGroup:
        """Return all clicks; one that begins in two channels together is one."""
        joined = across_channels(self._events, round(TOGETHER_S * self.rate_hz))
        return group(joined, merge_frames(self.rate_hz), "dB")


def _is_sharp(signal: F32) -> bool:
    """Whether there is one jump from one sample to the next, or one up and one down; a drum's attack takes more."""
    slope = np.diff(signal.astype(np.float64))
    if len(slope) < 4:
        return False
    slope -= np.median(slope)
    first, second, third = np.argsort(-np.abs(slope))[:3]
    one_jump = abs(slope[first]) >= JUMP_RATIO * abs(slope[second])
    there_and_back = slope[first] * slope[second] < 0 and abs(slope[second]) >= JUMP_RATIO * abs(slope[third])
    return bool(one_jump or there_and_back)


def _power(signal: F32) -> float:
    return float(np.mean(np.square(signal, dtype=np.float64))) if len(signal) else 0.0


@kernel
def _lonely(curvature: F32, first: int, last: int, reach: int, ratio: float, found: I64) -> int:
    """List pieces whose curvature is ``ratio`` times that of every piece within ``reach``, neighbours excepted."""
    number = 0
    for p in range(max(first, reach), min(last, len(curvature) - reach)):
        value = curvature[p]
        if value <= 0.0 or curvature[p - 1] >= value or curvature[p + 1] > value:
            continue
        limit = value / ratio
        lonely = True
        for d in range(2, reach + 1):
            if curvature[p - d] > limit or curvature[p + d] > limit:
                lonely = False
                break
        if lonely and number < len(found):
            found[number] = p
            number += 1
    return number
