"""All fault detectors over one signal in one pass, which costs little more than one of them alone."""

from dataclasses import dataclass

from dsp.core import checks
from dsp.core.checks import Audio
from dsp.faults.chunks import ChunkPass
from dsp.faults.clicks import ClickDetector
from dsp.faults.clipping import Clipping, ClippingDetector
from dsp.faults.cut_tops.tops import TopsDetector
from dsp.faults.cut_tops.undone import UndoneTopsDetector
from dsp.faults.edges import EdgeDetector, Edges
from dsp.faults.events import FaultEventGroup, group, merge_frames
from dsp.faults.holes.detector import HoleDetector
from dsp.faults.holes.judge import Holes
from dsp.faults.noise.infrasound import InfrasoundDetector
from dsp.faults.noise.stretches import NoiseStretchDetector, NoiseStretches
from dsp.faults.offset import OffsetDetector
from dsp.faults.samples import NotFiniteDetector, OverFullScaleDetector
from dsp.faults.sides.switches import Switches


@dataclass(frozen=True, slots=True)
class Faults:
    """What is wrong, where; the unit of a group's severities stands in the group."""

    frames: int
    rate_hz: int
    clipping: FaultEventGroup
    cut_tops: FaultEventGroup  # that look clipped, and may have another reason
    square_like_s: float  # length of flat-topped sound that looks like a square wave, not like clipping
    over_full_scale: FaultEventGroup
    clicks: FaultEventGroup
    likely_clicks: FaultEventGroup
    switches: Switches
    holes: Holes
    not_finite: FaultEventGroup
    dc: tuple[float, ...]  # per channel, linear
    channel_peaks: tuple[float, ...]  # per channel, linear
    edges: Edges
    noise: NoiseStretches
    infrasound: FaultEventGroup  # steady, below hearing

    @property
    def dropouts(self) -> FaultEventGroup:
        """The holes that cannot be meant."""
        return self.holes.dropouts


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
        self._not_finite = NotFiniteDetector(rate_hz, channels)
        self._over = OverFullScaleDetector(rate_hz, channels)
        self._edges = EdgeDetector(rate_hz, channels)
        self._offset = OffsetDetector(rate_hz, channels)
        self._clipping = ClippingDetector(rate_hz, channels)
        self._tops = TopsDetector(rate_hz, channels)
        self._undone = UndoneTopsDetector(rate_hz, channels)
        self._clicks = ClickDetector(rate_hz, channels)
        self._holes = HoleDetector(rate_hz, channels)
        self._noise = NoiseStretchDetector(rate_hz, channels)
        self._infrasound = InfrasoundDetector(rate_hz, channels)
        self._pass = ChunkPass(
            rate_hz,
            channels,
            (
                self._not_finite,
                self._over,
                self._edges,
                self._offset,
                self._clipping,
                self._tops,
                self._undone,
                self._clicks,
                self._holes,
                self._noise,
                self._infrasound,
            ),
        )

    def process(self, block: Audio) -> None:
        """Process the next ``(frames, channels)`` of the signal."""
        self._pass.process(block)

    def finish(self) -> Faults:
        """Return everything found; silence and an empty signal are not faults here."""
        self._pass.finish()
        frames = self._pass.frames
        clipping, clicks = self._clipping.result(frames), self._clicks.result(frames)
        return Faults(
            frames=frames,
            rate_hz=self.rate_hz,
            clipping=clipping.flat_tops,
            cut_tops=self._cut_tops(clipping, frames),
            square_like_s=clipping.square_like_s,
            over_full_scale=self._over.result(frames),
            clicks=clicks.certain,
            likely_clicks=clicks.likely,
            switches=clicks.switches,
            holes=self._holes.result(frames),
            not_finite=self._not_finite.result(frames),
            dc=self._offset.result(frames),
            channel_peaks=tuple(self._pass.peaks.tolist()),
            edges=self._edges.result(frames),
            noise=self._noise.result(frames),
            infrasound=self._infrasound.result(frames),
        )

    def _cut_tops(self, clipping: Clipping, frames: int) -> FaultEventGroup:
        """Return what looks cut, where nothing is for sure and the wave is not flat by nature."""
        if clipping.flat_tops.count or clipping.square_like_s:
            return FaultEventGroup("samples")
        # What looks cut as it is needs no filter undone.
        tops = self._tops.result(frames).events or self._undone.result(frames).events
        events = (*clipping.maybe.events, *tops)
        return group(events, merge_frames(self.rate_hz), "samples")
