"""Where the sound begins and ends: silence at head, tail and inside, cut starts and ends, peaks at a ceiling."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from dsp.core.arrays import F32, F64
from dsp.faults.chunks import CELL_S, PIECE, Chunk, ChunkDetector, Geometry
from dsp.faults.events import FaultEvent, FaultEventGroup

SILENT = 10 ** (-70 / 20)  # ours: as the absolute gate of loudness, applied to peaks
LONG_SILENCE_S = 3.0  # ours: longer than any rest in a bar
CEILING_WINDOW_S = 0.1
FALL_S = 0.3  # ours: long enough for the period of a low note, short enough for a quick tail
FADE_S = (0.05, 0.1)  # ours: a fade to nothing shows in both, be it as short; a note's own dip in one of them
CEILING_DB = -0.5  # ours: a limiter's output comes back to within half a decibel again and again


@dataclass(frozen=True, slots=True)
class Edges:
    """Peaks are of the loudest channel, linear; a silent file is all head."""

    head_silence_s: float
    tail_silence_s: float
    silences: FaultEventGroup  # inside the music, `LONG_SILENCE_S` or more; severity: seconds
    first_sample: float
    end_peak: float  # of the last 10 ms
    end_fall_db_per_s: float  # how fast the end dies away, or is faded; 0.0 where it does not
    ceiling_share: float  # of the sounding tenths of a second whose peak is within 0.5 dB of the file's


class EdgeDetector(ChunkDetector[Edges]):
    """Finds head, tail and silences from the peak of every hundredth of a second."""

    VERSION: ClassVar[int] = 2

    def __init__(self, rate_hz: int, channels: int) -> None:
        super().__init__(rate_hz, channels)
        self._cell = Geometry.of(rate_hz).cell
        self._envelope: list[F32] = []
        self._first_sample = 0.0
        self._end = np.zeros(0, np.float32)

    def read(self, chunk: Chunk) -> None:
        """Look at the next chunk."""
        if not chunk.filled:
            return
        if not self._envelope:
            self._first_sample = float(np.abs(chunk.new[:, 0]).max())
        self._end = np.concatenate((self._end, np.abs(chunk.new[:, -self._cell :]).max(axis=0)))[-self._cell :]
        cells = -(-chunk.filled // self._cell)
        peaks = chunk.peak[:, chunk.start // PIECE :].max(axis=0)
        self._envelope.append(peaks.reshape(-1, self._cell // PIECE).max(axis=1)[:cells])

    def result(self, frames: int) -> Edges:
        """Return where the sound begins and ends."""
        last = max(1, round(CELL_S * self.rate_hz))
        return find_edges(
            np.concatenate([np.zeros(0), *self._envelope]),
            self._cell,
            frames,
            self.rate_hz,
            self._first_sample,
            float(self._end[-last:].max()) if frames else 0.0,
        )


def find_edges(peaks: F64, cell_frames: int, frames: int, rate_hz: int, first_sample: float, end_peak: float) -> Edges:
    """Read head, tail and silences from the peak of every cell of ``cell_frames`` frames.

    Parameters
    ----------
    peaks : array, shape (cells,)
        Largest magnitude over all channels.
    cell_frames, frames : int
        Length of a cell and of the signal, in frames.
    rate_hz : int
        Sample rate in Hz, 8,000 to 384,000.
    first_sample, end_peak : float
        Magnitude of the very first frame and of the last 10 ms.

    Returns
    -------
    Edges
        Silence before, behind and inside, in seconds; a signal that never sounds is all head.
    """
    sounding = np.flatnonzero(peaks > SILENT)
    if len(sounding) == 0:
        return Edges(frames / rate_hz, 0.0, FaultEventGroup("s"), first_sample, end_peak, 0.0, 0.0)
    head = int(sounding[0]) * cell_frames
    tail = max(frames - (int(sounding[-1]) + 1) * cell_frames, 0)
    gaps = np.flatnonzero(np.diff(sounding) > 1)
    silences = []
    for gap in gaps.tolist():
        start = (int(sounding[gap]) + 1) * cell_frames
        length = int(sounding[gap + 1]) * cell_frames - start
        if length >= LONG_SILENCE_S * rate_hz:
            silences.append(FaultEvent(start, length, (), length / rate_hz))
    share = _ceiling_share(peaks, max(1, round(CEILING_WINDOW_S * rate_hz / cell_frames)))
    found = FaultEventGroup("s", len(silences), sum(e.length_frames for e in silences), tuple(silences))
    falls = [
        _fall_db_per_s(peaks[-max(3, round(s * rate_hz / cell_frames)) :], cell_frames / rate_hz)
        for s in (FALL_S, *FADE_S)
    ]
    fall = max(falls[0], min(falls[1:]))
    return Edges(head / rate_hz, tail / rate_hz, found, first_sample, end_peak, fall, share)


def _fall_db_per_s(peaks: F64, cell_s: float) -> float:
    """Return how many decibels a second the peaks fall by, as a straight line through them; 0.0 where they do not."""
    if len(peaks) < 3:
        return 0.0
    level_db = 20 * np.log10(np.maximum(peaks, 1e-6))
    time_s = cell_s * (np.arange(len(peaks)) - (len(peaks) - 1) / 2)
    return max(0.0, -float(time_s @ level_db / (time_s @ time_s)))


def _ceiling_share(peaks: F64, cells: int) -> float:
    windows = np.maximum.reduceat(peaks, np.arange(0, len(peaks), cells))
    sounding = windows[windows > SILENT]
    return float(np.mean(sounding >= peaks.max() * 10 ** (CEILING_DB / 20))) if len(sounding) else 0.0
