"""The mastering chain: gain, then sample-rate conversion, then the limiter, block by block.

The limiter comes last before the rounding, at the rate that is delivered: a ceiling held before a conversion would
not hold after it.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dsp import checks
from dsp.checks import Audio
from dsp.envelope import LimiterSettings
from dsp.limiter import GainReduction, TruePeakLimiter
from dsp.resample import Resampler
from dsp.units import db_amplitude

MAX_GAIN_DB = 60.0


@dataclass(frozen=True, slots=True)
class ChainSettings:
    """Gain in dB, rate delivered in Hz, limiter (``None``: no limiter). Raises ValueError out of range."""

    gain_db: float
    rate_hz: int
    limiter: LimiterSettings | None

    def __post_init__(self) -> None:
        checks.in_range("gain_db", self.gain_db, -MAX_GAIN_DB, MAX_GAIN_DB, " dB")
        checks.rate(self.rate_hz)


class MasterChain:
    """Runs audio of ``rate_hz`` through the stages; what comes out is later, in the end of the full length."""

    def __init__(self, rate_hz: int, channels: int, settings: ChainSettings) -> None:
        self._gain = db_amplitude(settings.gain_db)
        self._resampler = Resampler(rate_hz, settings.rate_hz, channels)
        self._limiter = TruePeakLimiter(settings.rate_hz, channels, settings.limiter) if settings.limiter else None

    def process(self, block: Audio) -> NDArray[np.float64]:
        """Take the next block, shape (frames, channels), finite samples; return what is finished."""
        audio = self._resampler.process(block * np.float64(self._gain))
        return self._limiter.process(audio) if self._limiter else audio

    def finish(self) -> NDArray[np.float64]:
        """Return what is left."""
        rest = self._resampler.finish()
        if self._limiter is None:
            return rest
        return np.concatenate([self._limiter.process(rest), self._limiter.finish()])

    def gain_reduction(self) -> GainReduction | None:
        """Return what the limiter did so far, ``None`` without one."""
        return self._limiter.gain_reduction() if self._limiter else None
