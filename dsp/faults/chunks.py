"""The signal as fault detectors look at it: planar chunks with context on both sides, summed up in pieces of 32 frames.

A chunk is copied once into a planar float32 buffer; the summary of a piece is its largest magnitude, its largest second
difference and how many samples equal the one before. On a clean file the detectors look at nothing else, so all of them
together cost little more than one. The way a signal is cut is the same for one detector alone as for all of them
together (`Geometry`), so both find the same, however the blocks are cut that come in.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from dsp.core import checks
from dsp.core.arrays import F32, F64, I32
from dsp.core.checks import Audio
from dsp.core.kernels import kernel
from dsp.faults.events import FaultEvent

T_co = TypeVar("T_co", covariant=True)

PIECE = 32  # frames per summary piece
CHUNK = 65536  # frames: two channels fit into the second-level cache
CELL_S = 0.01  # time grid of the envelope; chunks are whole cells
LOOK_S = 0.05  # ours: the longest that anything here looks to either side: one period of the lowest note (20 Hz)
SETTLE_S = 0.012  # ours: and as much again as tells a note from an attack
COUNT_CELL_S = 0.05  # overs and broken numbers are counted per cell of this length
_NO_SOUND = int(np.float32(checks.MAX_SAMPLE).view(np.int32)) + 1  # the bits of a larger peak are a larger number


@dataclass(frozen=True, slots=True)
class Geometry:
    """How a signal of one rate is cut, in frames; part of what a detector's ``VERSION`` stands for."""

    cell: int
    look: int  # context on either side of what is judged, whole pieces
    history: int
    chunk: int

    @classmethod
    def of(cls, rate_hz: int) -> "Geometry":
        """Return the geometry of a rate in Hz."""
        cell = max(1, round(CELL_S * rate_hz / PIECE)) * PIECE
        look = (_pieces(round(LOOK_S * rate_hz)) + 2) * PIECE + max(PIECE, round(SETTLE_S * rate_hz))
        look = _pieces(look) * PIECE
        history = 2 * look
        return cls(cell, look, history, -(-max(CHUNK, 2 * history) // cell) * cell)


def _pieces(frames: int) -> int:
    return -(-frames // PIECE)


@dataclass(slots=True)
class Chunk:
    """What a detector sees at once; the arrays are the pass's own and change with the next chunk.

    Column 0 of ``x`` is frame ``base`` of the file. Columns ``start:start + filled`` are new; columns ``first:until``
    have context on both sides and are to be judged (``until <= first``: none).
    """

    x: F32  # (channels, frames), finite
    peak: F32  # (channels, pieces): largest magnitudes
    curvature: F32  # (channels, pieces): largest second differences
    equal: I32  # (channels, pieces): samples equal to the one before
    base: int
    start: int
    filled: int
    first: int
    last: int
    until: int  # as ``last``, but the file's last frame has no neighbour
    bad: NDArray[np.bool_] | None  # (channels, new frames): what was not finite and is 0.0 now; None: nothing
    largest: F32  # (channels,): largest magnitude of the new columns
    peaks: F64  # (channels,): largest magnitude so far

    @property
    def new(self) -> F32:
        """The new columns."""
        return self.x[:, self.start : self.start + self.filled]


class ChunkDetector(ABC, Generic[T_co]):
    """One kind of fault: feed blocks, then `finish`; or `find` in an array. Blocks may hold NaN and infinities.

    ``VERSION`` rises with every change that can change what is found: a catalogue re-examines only what changed.

    Parameters
    ----------
    rate_hz : int
        Sampling rate in Hz, 8,000 to 384,000.
    channels : int
        Number of channels, 1 to 64.
    """

    VERSION: ClassVar[int]

    def __init__(self, rate_hz: int, channels: int) -> None:
        self.rate_hz, self.channels = checks.rate(rate_hz), checks.channel_count(channels)
        self._alone: ChunkPass | None = None

    @abstractmethod
    def read(self, chunk: Chunk) -> None:
        """Look at the next chunk."""

    @abstractmethod
    def result(self, frames: int) -> T_co:
        """Return what was found in a signal of this many frames, all of its chunks having been read."""

    def process(self, block: Audio) -> None:
        """Process the next ``(frames, channels)`` of the signal, for this detector alone."""
        if self._alone is None:
            self._alone = ChunkPass(self.rate_hz, self.channels, (self,))
        self._alone.process(block)

    def finish(self) -> T_co:
        """Return what was found; nothing in silence or an empty signal."""
        if self._alone is None:
            return self.result(0)
        self._alone.finish()
        return self.result(self._alone.frames)

    @classmethod
    def find(cls, audio: Audio, rate_hz: int) -> T_co:
        """Return what is found in a whole signal, shape (frames, channels).

        Parameters
        ----------
        audio : array
            Shape (frames, channels), full scale 1.0.
        rate_hz : int
            Sample rate in Hz, 8,000 to 384,000.

        Returns
        -------
        T_co
            What `finish` returns after the whole signal.
        """
        detector = cls(rate_hz, audio.shape[1])
        detector.process(audio)
        return detector.finish()


class ChunkPass:
    """Cuts a signal into chunks and shows each of them to every detector, in order."""

    def __init__(self, rate_hz: int, channels: int, detectors: Sequence[ChunkDetector[object]]) -> None:
        self.rate_hz, self.channels = checks.rate(rate_hz), checks.channel_count(channels)
        self._detectors = detectors
        self._cut = Geometry.of(rate_hz)
        size = self._cut.history + self._cut.chunk
        self._x = np.zeros((channels, size), np.float32)
        self._peak = np.zeros((channels, size // PIECE), np.int32)
        self._curvature = np.zeros((channels, size // PIECE), np.float32)
        self._equal = np.zeros((channels, size // PIECE), np.int32)
        self._bend = np.empty(PIECE, np.float32)
        self._filled = 0
        self._base = -self._cut.history  # file frame of column 0
        self.frames = 0
        self.peaks = np.zeros(channels)

    def process(self, block: Audio) -> None:
        """Process the next ``(frames, channels)`` of the signal."""
        block = checks.audio_block(block, self.channels)
        taken = 0
        while taken < len(block):
            part = min(len(block) - taken, self._cut.chunk - self._filled)
            column = self._cut.history + self._filled
            with np.errstate(over="ignore", invalid="ignore"):  # beyond float32: counted as infinity
                self._x[:, column : column + part] = block[taken : taken + part].T
            self._filled += part
            self.frames += part
            taken += part
            if self._filled == self._cut.chunk:
                self._run()

    def finish(self) -> None:
        """Show what is left; every frame has been judged then."""
        while self.frames and self._base + self._cut.history - self._cut.look < self.frames:
            self._x[:, self._cut.history + self._filled :] = 0.0
            self._run()

    def _run(self) -> None:
        """Summarise the new chunk, show it, keep its end as context of the next."""
        chunk = self._summarised()
        for detector in self._detectors:
            detector.read(chunk)
        for array in (self._x, self._peak, self._curvature, self._equal):
            kept = self._cut.history if array is self._x else self._cut.history // PIECE
            array[:, :kept] = array[:, -kept:].copy()
        self._base += self._cut.chunk
        self._filled = 0

    def _summarised(self) -> Chunk:
        history, look = self._cut.history, self._cut.look
        bad = None
        self._summarise()
        if self._peak[:, history // PIECE :].max() >= _NO_SOUND:
            new = self._x[:, history:]
            bad = checks.no_sound(new)
            new[bad] = 0.0
            self._summarise()
        peak = self._peak.view(np.float32)
        largest = peak[:, history // PIECE :].max(axis=1)
        self.peaks = np.maximum(self.peaks, largest)
        first = history - look
        last = first + self._cut.chunk
        return Chunk(
            x=self._x,
            peak=peak,
            curvature=self._curvature,
            equal=self._equal,
            base=self._base,
            start=history,
            filled=self._filled,
            first=first,
            last=last,
            until=min(last, self.frames - 1 - self._base),
            bad=bad,
            largest=largest,
            peaks=self.peaks,
        )

    def _summarise(self) -> None:
        new = slice(self._cut.history // PIECE, None)
        _summarise(
            self._x, self._cut.history, self._bend, self._peak[:, new], self._curvature[:, new], self._equal[:, new]
        )


def counted(
    chunk: Chunk, where: NDArray[np.bool_], values: F32, severity: Callable[[list[float]], float], cell: int
) -> list[FaultEvent]:
    """Turn marked samples of the new columns into one event per channel and cell of ``cell`` frames.

    Parameters
    ----------
    chunk : Chunk
        The chunk that is looked at.
    where : array
        Which samples are marked, shape (channels, new frames).
    values : array
        What is counted at each of them.
    severity : callable
        How bad the values of one cell are together, in the unit of the check.
    cell : int
        Length of a cell in frames.

    Returns
    -------
    list of FaultEvent
        One event for each channel and cell with marks, in order of time.
    """
    events = []
    start = chunk.base + chunk.start
    for channel in range(len(where)):
        columns = np.flatnonzero(where[channel])
        cells = (columns + start) // cell
        for part in np.split(columns, np.flatnonzero(np.diff(cells)) + 1):
            if len(part):
                worst = severity(values[channel, part].astype(np.float64).tolist())
                length = int(part[-1] - part[0]) + 1
                events.append(FaultEvent(int(part[0]) + start, length, (channel,), worst, len(part)))
    return events


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
