"""Samples that are wrong by themselves: over full scale, or no number at all. Both counts are exact."""

from typing import ClassVar

import numpy as np

from dsp.faults.chunks import COUNT_CELL_S, Chunk, ChunkDetector, counted
from dsp.faults.events import FaultEvent, FaultEventGroup, group, merge_frames


class _SampleDetector(ChunkDetector[FaultEventGroup]):
    def __init__(self, rate_hz: int, channels: int) -> None:
        super().__init__(rate_hz, channels)
        self._cell = max(1, round(COUNT_CELL_S * rate_hz))
        self._events: list[FaultEvent] = []


class OverFullScaleDetector(_SampleDetector):
    """Samples above 1.0 in magnitude, which only a floating-point file can hold; severity: dB over full scale."""

    VERSION: ClassVar[int] = 1

    def read(self, chunk: Chunk) -> None:
        """Look at the next chunk."""
        if chunk.filled and chunk.largest.max() > 1.0:
            magnitude = np.abs(chunk.new)
            self._events += counted(
                chunk, magnitude > 1.0, magnitude, lambda v: float(20 * np.log10(max(v))), self._cell
            )

    def result(self, frames: int) -> FaultEventGroup:
        """Return all places."""
        return group(self._events, merge_frames(self.rate_hz), "dB")


class NotFiniteDetector(_SampleDetector):
    """Samples that are NaN or infinite, as float32; severity: how many."""

    VERSION: ClassVar[int] = 1

    def read(self, chunk: Chunk) -> None:
        """Look at the next chunk."""
        if chunk.bad is not None:
            ones = np.ones(chunk.bad.shape, np.float32)
            self._events += counted(chunk, chunk.bad, ones, sum, self._cell)

    def result(self, frames: int) -> FaultEventGroup:
        """Return all places."""
        return group(self._events, merge_frames(self.rate_hz), "samples")
