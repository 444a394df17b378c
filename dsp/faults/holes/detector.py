"""The detector of holes: runs while the signal passes, holes and what they are at its end."""

from dataclasses import replace
from typing import ClassVar

from dsp.faults.chunks import Chunk, ChunkDetector
from dsp.faults.events import group, merge_frames
from dsp.faults.holes.holes import holes_of
from dsp.faults.holes.judge import Holes, judge
from dsp.faults.holes.repeats import RepeatTracker
from dsp.faults.holes.runs import RunTracker


class HoleDetector(ChunkDetector[Holes]):
    """Finds and judges silence and frozen values of any length from a millisecond on, and buffers that are repeated."""

    VERSION: ClassVar[int] = 4

    def __init__(self, rate_hz: int, channels: int) -> None:
        super().__init__(rate_hz, channels)
        self._runs = RunTracker(rate_hz, channels)
        self._repeats = RepeatTracker(rate_hz, channels)

    @property
    def look_frames(self) -> int:
        """Frames needed on either side of a run's ends."""
        return self._runs.look_frames

    def read(self, chunk: Chunk) -> None:
        """Look at the next chunk."""
        self._runs.read(chunk)
        self._repeats.read(chunk)

    def result(self, frames: int) -> Holes:
        """Return all holes; none in silence or an empty signal."""
        holes = judge(holes_of(self._runs.finish(frames)), self.rate_hz, frames)
        repeats, stutters = (group(events, merge_frames(self.rate_hz), "s") for events in self._repeats.finish())
        return replace(holes, repeats=repeats, stutters=stutters)
