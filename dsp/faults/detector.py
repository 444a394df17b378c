"""Faults with the time they happen: one pass that costs almost nothing on a clean file.

The signal is copied once into a planar float32 buffer and summarised in pieces of 32 frames: largest magnitude, largest
second difference, number of samples equal to the one before. Everything else is looked at only where these ask for it.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dsp.core import checks
from dsp.core.arrays import F32, F64, I32
from dsp.core.checks import Audio
from dsp.core.kernels import kernel
from dsp.faults.clicks import ClickDetector
from dsp.faults.clipping import INNER, ClipDetector
from dsp.faults.dropouts import DropoutDetector
from dsp.faults.edges import Edges, find_edges
from dsp.faults.events import MERGE_S, FaultEvent, FaultEventGroup, across_channels, group

Severity = Callable[[list[float]], float]

PIECE = 32  # frames per summary piece; clicks and dropouts count in the same pieces
CHUNK = 65536  # frames: two channels fit into the second-level cache
CELL_S = 0.01  # time grid of the envelope
COUNT_CELL_S = 0.05  # overs and broken numbers are counted per cell of this length
TOGETHER_S = 0.001  # clicks and dropouts that begin this near to each other in two channels are one
NOT_FINITE = 0x7F800000  # IEEE 754: bits of infinity without sign; everything above is NaN


@dataclass(frozen=True, slots=True)
class Faults:
    """What is wrong, where. Severities: clipping, longest flat top in frames; over full scale, largest magnitude in dB
    over full scale; clicks, dB over the surroundings; dropouts, length in frames; broken numbers, their count.
    """

    frames: int
    rate_hz: int
    clipping: FaultEventGroup
    square_like_s: float  # length of flat-topped sound that looks like a square wave, not like clipping
    over_full_scale: FaultEventGroup
    clicks: FaultEventGroup
    dropouts: FaultEventGroup
    not_finite: FaultEventGroup
    dc: tuple[float, ...]  # per channel, linear
    channel_peaks: tuple[float, ...]  # per channel, linear
    edges: Edges


class FaultDetector:
    """Meter stage: feed blocks, also with NaN or infinity in them, then `finish`.

    Parameters
    ----------
    rate_hz : int
        Sampling rate in Hz, 8,000 to 384,000.
    channels : int
        Number of channels, 1 to 64.
    """

    def __init__(self, rate_hz: int, channels: int) -> None:
        self.rate_hz, self.channels = checks.rate(rate_hz), checks.channel_count(channels)
        self._cell = max(1, round(CELL_S * rate_hz / PIECE)) * PIECE
        self._count_cell = max(1, round(COUNT_CELL_S * rate_hz))
        self._clicks = ClickDetector(rate_hz, channels)
        self._dropouts = DropoutDetector(rate_hz, channels)
        look = max(self._clicks.look_frames, self._dropouts.look_frames)
        self._look = -(-look // PIECE) * PIECE
        self._history = 2 * self._look
        self._chunk = -(-max(CHUNK, 2 * self._history) // self._cell) * self._cell
        self._clips = ClipDetector(rate_hz, channels, self._chunk + self._history)
        size = self._history + self._chunk
        self._x = np.zeros((channels, size), np.float32)
        self._peak = np.zeros((channels, size // PIECE), np.int32)
        self._curvature = np.zeros((channels, size // PIECE), np.float32)
        self._bend = np.empty(PIECE, np.float32)
        self._equal = np.zeros((channels, size // PIECE), np.int32)
        self._filled = 0
        self._base = -self._history  # file frame of column 0
        self._frames = 0
        self._peaks = np.zeros(channels)
        self._envelope: list[F32] = []
        self._means: list[F64] = []
        self._first_sample = 0.0
        self._end = np.zeros(0, np.float32)
        self._over: list[FaultEvent] = []
        self._broken: list[FaultEvent] = []

    def process(self, block: Audio) -> None:
        """Process the next ``(frames, channels)`` of the signal."""
        block = checks.audio_block(block, self.channels)
        taken = 0
        while taken < len(block):
            part = min(len(block) - taken, self._chunk - self._filled)
            column = self._history + self._filled
            with np.errstate(over="ignore", invalid="ignore"):  # beyond float32: counted as infinity
                self._x[:, column : column + part] = block[taken : taken + part].T
            self._filled += part
            self._frames += part
            taken += part
            if self._filled == self._chunk:
                self._run()

    def _run(self) -> None:
        """Summarise the new chunk, judge what has enough signal on both sides, keep the rest as history."""
        self._summarise()
        first = self._history - self._look
        last = first + self._chunk
        until = min(last, self._frames - 1 - self._base)  # the file's last frame has no neighbour
        if until > first:
            loud = self._peak.view(np.float32) >= INNER * self._peaks[:, None]
            pieces = slice(first // PIECE, last // PIECE)
            runs = np.any((self._equal[:, pieces] >= 2) & loud[:, pieces], axis=1)
            self._clips.process(self._x, first, until, self._base, runs)
            self._clicks.process(self._x, self._curvature, first // PIECE, last // PIECE, self._base)
            self._dropouts.process(self._x, self._equal == PIECE, first, last, self._base)
        for array in (self._x, self._peak, self._curvature, self._equal):
            kept = self._history if array is self._x else self._history // PIECE
            array[:, :kept] = array[:, -kept:].copy()
        self._base += self._chunk
        self._filled = 0

    def _summarise(self) -> None:
        new = slice(self._history // PIECE, None)
        summary = self._peak[:, new], self._curvature[:, new], self._equal[:, new]
        _summarise(self._x, self._history, self._bend, *summary)
        if self._peak[:, new].max() >= NOT_FINITE:
            self._mend()
            _summarise(
                self._x, self._history, self._bend, self._peak[:, new], self._curvature[:, new], self._equal[:, new]
            )
        filled = self._x[:, self._history : self._history + self._filled]
        if self._filled == 0:
            return
        peaks = self._peak[:, new].view(np.float32)
        largest = peaks.max(axis=1)
        if largest.max() > 1.0:
            self._count_over(filled)
        if not self._envelope:
            self._first_sample = float(np.abs(filled[:, 0]).max())
        self._peaks = np.maximum(self._peaks, largest)
        self._end = np.concatenate((self._end, np.abs(filled[:, -self._cell :]).max(axis=0)))[-self._cell :]
        cells = -(-self._filled // self._cell)
        self._envelope.append(peaks.max(axis=0).reshape(-1, self._cell // PIECE).max(axis=1)[:cells])
        whole = self._x[:, self._history :].reshape(self.channels, -1, self._cell)
        self._means.append(whole.sum(axis=2)[:, :cells].T.astype(np.float64))

    def _mend(self) -> None:
        """Note what is not a number and go on with silence there."""
        filled = self._x[:, self._history :]
        bad = ~np.isfinite(filled)
        self._broken += self._counted(bad, np.ones_like(filled), sum)
        filled[bad] = 0.0

    def _count_over(self, filled: F32) -> None:
        magnitude = np.abs(filled)
        self._over += self._counted(magnitude > 1.0, magnitude, lambda v: float(20 * np.log10(max(v))))

    def _counted(self, where: NDArray[np.bool_], values: F32, severity: Severity) -> list[FaultEvent]:
        """Turn marked samples into one event per channel and counting cell."""
        events = []
        start = self._base + self._history
        for channel in range(self.channels):
            columns = np.flatnonzero(where[channel])
            cells = (columns + start) // self._count_cell
            for part in np.split(columns, np.flatnonzero(np.diff(cells)) + 1):
                if len(part):
                    worst = severity(values[channel, part].astype(np.float64).tolist())
                    length = int(part[-1] - part[0]) + 1
                    events.append(FaultEvent(int(part[0]) + start, length, (channel,), worst, len(part)))
        return events

    def finish(self) -> Faults:
        """Return everything found; silence and an empty signal are not faults here."""
        while self._frames and self._base + self._history - self._look < self._frames:
            self._x[:, self._history + self._filled :] = 0.0
            self._run()
        merge = round(MERGE_S * self.rate_hz)
        clipped, square_like_s = self._clips.finish()
        together = round(TOGETHER_S * self.rate_hz)
        tenth = max(1, round(CELL_S * self.rate_hz))
        envelope = np.concatenate([np.zeros(0), *self._envelope])
        edges = find_edges(
            envelope,
            self._cell,
            self._frames,
            self.rate_hz,
            self._first_sample,
            float(self._end[-tenth:].max()) if self._frames else 0.0,
        )
        return Faults(
            self._frames,
            self.rate_hz,
            group(clipped, merge),
            square_like_s,
            group(self._over, merge),
            group(across_channels(self._clicks.finish(), together), merge),
            group(across_channels(self._dropouts.finish(), together), merge),
            group(self._broken, merge),
            tuple(self._dc().tolist()),
            tuple(self._peaks.tolist()),
            edges,
        )

    def _dc(self) -> F64:
        """Mean of each channel, weighted by a Hann window over the file: a bass note cut in mid-wave is no offset."""
        if not self._frames:
            return np.zeros(self.channels)
        sums = np.concatenate(self._means)
        counts = np.full(len(sums), float(self._cell))
        counts[-1] = self._frames - self._cell * (len(sums) - 1)
        weight = np.sin(np.pi * (np.arange(len(sums)) + 0.5) / len(sums)) ** 2
        mean: F64 = (weight @ sums) / (weight @ counts)
        return mean


@kernel
def _summarise(x: F32, start: int, bend: F32, peak: I32, curvature: F32, equal: I32) -> None:
    """Fill the summary of every piece from column ``start`` on.

    Magnitudes are compared as integers: the bits of IEEE floats without sign are ordered like the floats, and NaN
    comes out on top.
    """
    bits = x.view(np.int32)
    bend_bits = bend.view(np.int32)
    curvature_bits = curvature.view(np.int32)
    for channel in range(x.shape[0]):
        for piece in range(peak.shape[1]):
            at = start + piece * PIECE
            highest = 0
            same = 0
            for j in range(at, at + PIECE):
                highest = max(highest, bits[channel, j] & 0x7FFFFFFF)
                same += x[channel, j] == x[channel, j - 1]
            for j in range(PIECE):
                bend[j] = x[channel, at + j] - np.float32(2.0) * x[channel, at + j - 1] + x[channel, at + j - 2]
            most = 0
            for j in range(PIECE):
                most = max(most, bend_bits[j] & 0x7FFFFFFF)
            peak[channel, piece] = highest
            curvature_bits[channel, piece] = most
            equal[channel, piece] = same
