"""What is looked for in a few places only, once everything has passed: costly detectors over kept excerpts.

A detector in here is an `ExcerptDetector`; its `look` is shown the excerpts.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from dsp.core.checks import Audio
from dsp.faults.excerpts import ExcerptDetector, ExcerptStage
from dsp.faults.noise.hum import Hum, HumDetector
from dsp.faults.noise.whine import Whine, WhineDetector
from dsp.faults.sides.delay import ChannelDelay, DelayDetector
from dsp.faults.source.codec_grid import CodecGrid, CodecGridDetector
from dsp.faults.source.lattice import Lattice, LatticeDetector


@dataclass(frozen=True, slots=True)
class SecondLook:
    """The results of all detectors of the second look."""

    excerpts: int  # how many places were looked at
    delay: ChannelDelay | None = None
    lattice: Lattice | None = None
    codec: CodecGrid | None = None
    hum: Hum | None = None
    whine: Whine | None = None


# By their field above, the longest first.
DETECTORS: dict[str, type[ExcerptDetector[Any]]] = {
    "codec": CodecGridDetector,
    "hum": HumDetector,
    "whine": WhineDetector,
    "delay": DelayDetector,
    "lattice": LatticeDetector,
}


class SecondLookStage:
    """Meter stage: feed blocks of finite samples, then `finish`.

    Parameters
    ----------
    rate_hz : int
        Sampling rate in Hz, 8,000 to 384,000.
    channels : int
        Number of channels, 1 to 64.
    """

    def __init__(self, rate_hz: int, channels: int) -> None:
        self._excerpts = ExcerptStage(rate_hz, channels)
        self._number = 0

    def process(self, block: Audio) -> None:
        """Process the next ``(frames, channels)`` of the signal; all samples must be finite."""
        self._excerpts.process(block)

    def tasks(self) -> list[Callable[[], object]]:
        """Return the detectors' work as independent calls, the longest first, which the caller may run in parallel."""
        excerpts = self._excerpts.finish()
        self._number = len(excerpts.quiet) + len(excerpts.spread)
        return [partial(detector.look, excerpts) for detector in DETECTORS.values()]

    def result(self, found: Sequence[object]) -> SecondLook:
        """Return what the calls of `tasks` returned, in their order, as one result."""
        known: dict[str, Any] = dict(zip(DETECTORS, found, strict=True))
        return SecondLook(excerpts=self._number, **known)

    def finish(self) -> SecondLook:
        """Return everything found; nothing is found in silence or an empty signal."""
        return self.result([task() for task in self.tasks()])
