"""The detector of holes: runs while the signal passes, holes and what they are at its end."""

from typing import ClassVar

from dsp.faults.chunks import Chunk, ChunkDetector
from dsp.faults.holes.holes import holes_of
from dsp.faults.holes.judge import Holes, judge
from dsp.faults.holes.runs import RunTracker


class HoleDetector(ChunkDetector[Holes]):
    """Finds and judges stretches of silence, or of one frozen value, from a millisecond to the rest of the file."""

    VERSION: ClassVar[int] = 2

    def __init__(self, rate_hz: int, channels: int) -> None:
        super().__init__(rate_hz, channels)
        self._runs = RunTracker(rate_hz, channels)

    @property
    def look_frames(self) -> int:
        """Frames needed on either side of a run's ends."""
        return self._runs.look_frames

    def read(self, chunk: Chunk) -> None:
        """Look at the next chunk."""
        self._runs.read(chunk)

    def result(self, frames: int) -> Holes:
        """Return all holes; none in silence or an empty signal."""
        return judge(holes_of(self._runs.finish(frames)), self.rate_hz)
