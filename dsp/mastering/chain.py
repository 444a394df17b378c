"""The mastering chain, block by block, every stage optional.

Offset, low end below hearing, equaliser, width, compressor, soft clipper, sample-rate conversion: the *shaping*. Then
gain and limiter: the *level*. The limiter comes last before the rounding, at the rate that is delivered: a ceiling
held before a conversion would not hold after it. Stages before the gain work at the mix's level, so their thresholds do
not move when the loudness does.
"""

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from dsp.core import checks
from dsp.core.checks import Audio
from dsp.core.filters import BUTTERWORTH_4_Q, Cascade, high_pass
from dsp.core.linear_phase import LinearPhase
from dsp.core.resample import Resampler
from dsp.core.units import db_amplitude
from dsp.mastering.clipper import Clipper, ClipperSettings
from dsp.mastering.compressor import Compressor, CompressorSettings
from dsp.mastering.eq import EqBand, Equalizer
from dsp.mastering.limiter.gain_curve import LimiterSettings
from dsp.mastering.limiter.limiter import GainReduction, TruePeakLimiter
from dsp.mastering.offset import OffsetRemoval
from dsp.mastering.stereo_width import StereoWidth, WidthSettings

MAX_GAIN_DB = 60.0
_SUBSONIC_TAPS_S = 0.8  # ours: resolves 1.5 Hz, a tenth of the corner


@dataclass(frozen=True, slots=True)
class ShapingSettings:
    """The stages before the gain; ``None`` and empty: bypassed. ``rate_hz`` is the rate delivered.

    ``offsets`` is the mean of each channel of this very mix, which is subtracted.
    """

    rate_hz: int
    offsets: tuple[float, ...] = ()
    subsonic_hz: float | None = None
    subsonic_linear_phase: bool = False
    eq: tuple[EqBand, ...] = ()
    linear_phase: bool = False
    width: WidthSettings | None = None
    compressor: CompressorSettings | None = None
    clipper: ClipperSettings | None = None

    def __post_init__(self) -> None:
        checks.rate(self.rate_hz)
        if self.subsonic_hz is not None:
            checks.in_range("subsonic_hz", self.subsonic_hz, 2.0, 40.0, " Hz")

    @property
    def shapes(self) -> bool:
        """Return whether anything but the rate is changed."""
        return bool(self.offsets or self.subsonic_hz or self.eq or self.width or self.compressor or self.clipper)


@dataclass(frozen=True, slots=True)
class ChainSettings:
    """Shaping, gain in dB, limiter (``None``: no limiter). Raises ValueError out of range."""

    shaping: ShapingSettings
    gain_db: float
    limiter: LimiterSettings | None

    def __post_init__(self) -> None:
        checks.in_range("gain_db", self.gain_db, -MAX_GAIN_DB, MAX_GAIN_DB, " dB")


class _Stage(Protocol):
    def process(self, block: Audio) -> NDArray[np.float64]: ...


@runtime_checkable
class _Late(Protocol):
    """A stage that holds something back until the end."""

    def finish(self) -> NDArray[np.float64]: ...


class Shaping:
    """Runs audio of ``rate_hz`` through the stages before the gain; what comes out has the delivered rate."""

    def __init__(self, rate_hz: int, channels: int, settings: ShapingSettings) -> None:
        self.compressor = Compressor(rate_hz, channels, settings.compressor) if settings.compressor else None
        self.clipper = Clipper(rate_hz, channels, settings.clipper) if settings.clipper else None
        stages: list[_Stage | None] = [
            OffsetRemoval(channels, settings.offsets) if settings.offsets else None,
            _subsonic(settings, rate_hz, channels),
            Equalizer(rate_hz, channels, settings.eq, linear_phase=settings.linear_phase),
            StereoWidth(rate_hz, channels, settings.width) if settings.width and channels == 2 else None,
            self.compressor,
            self.clipper,
            Resampler(rate_hz, settings.rate_hz, channels),
        ]
        self._stages = [stage for stage in stages if stage is not None]
        self._channels = channels

    def process(self, block: Audio) -> NDArray[np.float64]:
        """Process the next block, shape (frames, channels), finite samples; return what is finished."""
        for stage in self._stages:
            block = stage.process(block)
        return np.asarray(block, dtype=np.float64)

    def finish(self) -> NDArray[np.float64]:
        """Return what is left: what each stage still holds goes through those behind it."""
        rest = np.zeros((0, self._channels))
        for stage in self._stages:
            rest = stage.process(rest)
            if isinstance(stage, _Late):
                rest = np.concatenate([rest, stage.finish()])
        return rest


def _subsonic(settings: ShapingSettings, rate_hz: int, channels: int) -> Cascade | LinearPhase | None:
    """Return the fourth-order high-pass, if there is one; in linear phase it has the same gain."""
    cutoff_hz = settings.subsonic_hz
    if cutoff_hz is None:
        return None
    if not settings.subsonic_linear_phase:
        return Cascade(np.array([high_pass(cutoff_hz, q, rate_hz) for q in BUTTERWORTH_4_Q]), channels)

    def gain(frequency_hz: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(1.0 / np.sqrt(1.0 + (cutoff_hz / frequency_hz) ** 8))

    return LinearPhase(gain, rate_hz, channels, _SUBSONIC_TAPS_S)


class MasterChain:
    """Runs audio through shaping, gain and limiter; the output is later, in the end of the full length."""

    def __init__(self, rate_hz: int, channels: int, settings: ChainSettings) -> None:
        self._gain = db_amplitude(settings.gain_db)
        self.shaping = Shaping(rate_hz, channels, settings.shaping)
        rate_out_hz = settings.shaping.rate_hz
        self._limiter = TruePeakLimiter(rate_out_hz, channels, settings.limiter) if settings.limiter else None

    def process(self, block: Audio) -> NDArray[np.float64]:
        """Process the next block, shape (frames, channels), finite samples; return what is finished."""
        audio = self.shaping.process(block) * self._gain
        return self._limiter.process(audio) if self._limiter else audio

    def finish(self) -> NDArray[np.float64]:
        """Return what is left."""
        rest = self.shaping.finish() * self._gain
        if self._limiter is None:
            return rest
        return np.concatenate([self._limiter.process(rest), self._limiter.finish()])

    def gain_reduction(self) -> GainReduction | None:
        """Return what the limiter did so far, ``None`` without one."""
        return self._limiter.gain_reduction() if self._limiter else None
