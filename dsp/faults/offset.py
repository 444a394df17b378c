"""DC offset: how far the waveform sits off the centre line, on average over all of the file that is no silence."""

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from dsp.core.arrays import F64
from dsp.faults.chunks import Chunk, ChunkDetector, Geometry

TAPER_S = 1.0  # ours: 20 periods of the lowest note; a second less on either side changes no song's mean


class OffsetDetector(ChunkDetector[tuple[float, ...]]):
    """Mean of each channel, full scale 1.0; silence and an empty signal have 0.0.

    The first and last second (of a shorter signal: halves) are faded in and out, since a bass note that is cut in
    mid-wave is no offset; everything between counts alike, but for digital silence, which has no offset and would make
    that of the sound look smaller.
    """

    VERSION: ClassVar[int] = 3

    def __init__(self, rate_hz: int, channels: int) -> None:
        super().__init__(rate_hz, channels)
        self._cell = Geometry.of(rate_hz).cell
        self._sums: list[F64] = []
        self._there: list[NDArray[np.bool_]] = []  # cells with anything but zeros

    def read(self, chunk: Chunk) -> None:
        """Look at the next chunk."""
        if chunk.filled:
            cells = -(-chunk.filled // self._cell)
            whole = chunk.x[:, chunk.start :].reshape(self.channels, -1, self._cell)
            self._sums.append(whole.sum(axis=2)[:, :cells].T.astype(np.float64))
            self._there.append(np.asarray(whole.any(axis=(0, 2)))[:cells])

    def result(self, frames: int) -> tuple[float, ...]:
        """Return the offset of each channel."""
        if not frames:
            return (0.0,) * self.channels
        sums = np.concatenate(self._sums)
        counts = np.full(len(sums), float(self._cell))
        counts[-1] = frames - self._cell * (len(sums) - 1)
        taper = min(TAPER_S * self.rate_hz / self._cell, len(sums) / 2)
        nearer_end = np.minimum(np.arange(len(sums)) + 0.5, len(sums) - np.arange(len(sums)) - 0.5)
        weight = np.sin(np.pi / 2 * np.minimum(nearer_end / taper, 1.0)) ** 2 * np.concatenate(self._there)
        mean: F64 = (weight @ sums) / max(weight @ counts, np.finfo(np.float64).tiny)
        return tuple(mean.tolist())
