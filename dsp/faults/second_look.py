"""What is looked for in a few places only, once everything has passed: costly detectors over kept excerpts.

A detector in here is an `ExcerptDetector`; `look_again` shows the excerpts to all of them in turn.
"""

from dataclasses import dataclass

from dsp.core.checks import Audio
from dsp.faults.excerpts import Excerpts, ExcerptStage
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

    def process(self, block: Audio) -> None:
        """Process the next ``(frames, channels)`` of the signal; all samples must be finite."""
        self._excerpts.process(block)

    def finish(self) -> SecondLook:
        """Return everything found; nothing is found in silence or an empty signal."""
        return look_again(self._excerpts.finish())


def look_again(excerpts: Excerpts) -> SecondLook:
    """Return what the detectors of the second look find in the excerpts of a signal.

    Parameters
    ----------
    excerpts : Excerpts
        What was kept of it.

    Returns
    -------
    SecondLook
        The result of every detector.
    """
    return SecondLook(
        excerpts=len(excerpts.quiet) + len(excerpts.spread),
        delay=DelayDetector.look(excerpts),
        lattice=LatticeDetector.look(excerpts),
        codec=CodecGridDetector.look(excerpts),
        hum=HumDetector.look(excerpts),
        whine=WhineDetector.look(excerpts),
    )
