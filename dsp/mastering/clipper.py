"""Soft clipper for the very tops of transients, without aliasing: what it takes away is made at four times the rate.

Only the difference to the input is converted back, so everything below the knee passes bit for bit.
"""

import math
from dataclasses import dataclass

import numpy as np
import soxr
from numpy.typing import NDArray

from dsp.core import checks
from dsp.core.checks import Audio
from dsp.core.units import db_amplitude

OVERSAMPLING = 4
_QUALITY = "HQ"
_CHUNK = 65_536  # the converters see the same chunks whatever blocks the caller brings


@dataclass(frozen=True, slots=True)
class ClipperSettings:
    """Level in dBFS that is never passed, and how far below it the bending begins."""

    threshold_dbfs: float
    knee_db: float = 2.0

    def __post_init__(self) -> None:
        checks.in_range("threshold_dbfs", self.threshold_dbfs, -60.0, 24.0, " dBFS")
        checks.in_range("knee_db", self.knee_db, 0.1, 12.0, " dB")


class Clipper:
    """Clips blocks of audio softly; what comes out is later, in the end of the full length."""

    def __init__(self, rate_hz: int, channels: int, settings: ClipperSettings) -> None:
        checks.rate(rate_hz)
        self._channels = checks.channel_count(channels)
        self._top = db_amplitude(settings.threshold_dbfs)
        self._knee = db_amplitude(settings.threshold_dbfs - settings.knee_db)
        self._up = soxr.ResampleStream(rate_hz, rate_hz * OVERSAMPLING, channels, dtype="float64", quality=_QUALITY)
        self._down = soxr.ResampleStream(rate_hz * OVERSAMPLING, rate_hz, channels, dtype="float64", quality=_QUALITY)
        self._waiting = np.zeros((0, channels))  # not yet in the converter
        self._dry = np.zeros((0, channels))  # waits for its difference
        self.max_clip_db = 0.0

    def process(self, block: Audio) -> NDArray[np.float64]:
        """Process the next block, shape (frames, channels); return what is finished."""
        block = checks.audio_block(block, self._channels)
        self._waiting = np.concatenate([self._waiting, block])
        done = [np.zeros((0, self._channels))]
        while self._waiting.shape[0] >= _CHUNK:
            done.append(self._run(self._waiting[:_CHUNK], last=False))
            self._waiting = self._waiting[_CHUNK:]
        return np.concatenate(done)

    def finish(self) -> NDArray[np.float64]:
        """Return what is left."""
        return self._run(self._waiting, last=True)

    def _run(self, block: NDArray[np.float64], *, last: bool) -> NDArray[np.float64]:
        self._dry = np.concatenate([self._dry, block])
        wide = np.asarray(self._up.resample_chunk(block, last=last))
        difference = np.asarray(self._down.resample_chunk(self._taken(wide), last=last))
        if last:  # the converters may end a frame early or late
            difference = np.concatenate([difference, np.zeros((self._dry.shape[0], self._channels))])
        ready = min(difference.shape[0], self._dry.shape[0])
        out = self._dry[:ready] + difference[:ready]
        self._dry = self._dry[ready:]
        return np.asarray(out)

    def _taken(self, wide: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return clipped minus unclipped: zero below the knee, a hyperbolic tangent above it."""
        magnitude = np.abs(wide)
        over = magnitude > self._knee
        taken = np.zeros_like(wide)
        if over.any():
            room = self._top - self._knee
            loud = magnitude[over]
            bent = self._knee + room * np.tanh((loud - self._knee) / room)
            taken[over] = np.sign(wide[over]) * (bent - loud)
            self.max_clip_db = max(self.max_clip_db, 20.0 * math.log10(float((loud / bent).max())))
        return taken
