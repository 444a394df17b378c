"""Gentle compression in one band or two: feed-forward, linked channels, soft knee, the gain reduction capped.

Static curve with a quadratic knee and the smoothing in decibels behind it ("log-domain, smooth branching"):
D. Giannoulis, M. Massberg, J. Reiss, "Digital Dynamic Range Compressor Design", JAES 60 (6), 2012, equations (4), (18).

Two bands: the low one is cut out without phase shift, with the slopes of S. Linkwitz and R. Riley ("Active Crossover
Networks for Noncoincident Drivers", JAES 24 (1), 1976), the high one is what is left of the signal. The output is the
signal at the high band's gain plus the low band at the difference of the gains: where neither is reduced it is the
signal bit for bit, and where both are reduced alike it is the broadband compressor's.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dsp.core import checks
from dsp.core.checks import Audio
from dsp.core.kernels import kernel
from dsp.core.linear_phase import LinearPhase

MAX_COMPRESSION_DB = 20.0


@dataclass(frozen=True, slots=True)
class CompressorSettings:
    """Threshold in dBFS (of the root mean square over 10 ms), ratio, knee, times in seconds, most reduction in dB.

    With ``crossover_hz`` what lies below it is compressed on its own, from ``low_threshold_dbfs`` on (without one: from
    the same threshold).
    """

    threshold_dbfs: float
    ratio: float = 1.5
    knee_db: float = 8.0
    attack_s: float = 0.03  # ours: slow enough that the beginning of a hit passes
    release_s: float = 0.25
    max_reduction_db: float = 2.0
    crossover_hz: float | None = None
    low_threshold_dbfs: float | None = None

    def __post_init__(self) -> None:
        checks.in_range("threshold_dbfs", self.threshold_dbfs, -80.0, 0.0, " dBFS")
        checks.in_range("ratio", self.ratio, 1.0, 10.0)
        checks.in_range("knee_db", self.knee_db, 0.0, 30.0, " dB")
        checks.in_range("attack_s", self.attack_s, 0.0005, 1.0, " s")
        checks.in_range("release_s", self.release_s, 0.005, 5.0, " s")
        checks.in_range("max_reduction_db", self.max_reduction_db, 0.0, MAX_COMPRESSION_DB, " dB")
        if self.crossover_hz is not None:
            checks.in_range("crossover_hz", self.crossover_hz, 40.0, 1_000.0, " Hz")
        if self.low_threshold_dbfs is not None:
            checks.in_range("low_threshold_dbfs", self.low_threshold_dbfs, -80.0, 0.0, " dBFS")


@kernel
def _gain_kernel(block, mean, attack, release, threshold, slope, knee, most, state, out):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Write the gain of each frame; ``state`` is (mean square, smoothed reduction dB, largest reduction)."""
    frames, channels = block.shape
    power, reduction = state[0], state[1]
    for n in range(frames):
        loudest = 0.0
        for c in range(channels):
            square = np.float64(block[n, c]) * np.float64(block[n, c])
            loudest = max(loudest, square)
        power += mean * (loudest - power)
        over = 10.0 * math.log10(power + 1e-20) - threshold
        if 2.0 * over <= -knee:
            wanted = 0.0
        elif 2.0 * over < knee:
            wanted = slope * (over + knee / 2) ** 2 / (2 * knee)
        else:
            wanted = slope * over
        wanted = min(wanted, most)
        rate = attack if wanted > reduction else release
        reduction += rate * (wanted - reduction)
        state[2] = max(state[2], reduction)
        out[n, 0] = 10.0 ** (-reduction / 20.0)
    state[0], state[1] = power, reduction


class _Follower:
    """The gain of one band."""

    def __init__(self, rate_hz: int, threshold_dbfs: float, settings: CompressorSettings) -> None:
        def share(seconds: float) -> float:
            return 1.0 - math.exp(-1.0 / (seconds * rate_hz))

        s = settings
        times = (share(0.01), share(s.attack_s), share(s.release_s))
        self._curve = (*times, threshold_dbfs, 1.0 - 1.0 / s.ratio, max(s.knee_db, 1e-6), s.max_reduction_db)
        self._state = np.zeros(3)

    def gains(self, block: Audio) -> NDArray[np.float64]:
        """Return the gain of each frame, shape (frames, 1)."""
        out = np.empty((block.shape[0], 1))
        _gain_kernel(block, *self._curve, self._state, out)
        return out

    @property
    def max_reduction_db(self) -> float:
        return float(self._state[2])


class Compressor:
    """Compresses blocks of audio, wherever they are cut; two bands look ahead, so what comes out is later.

    Silence stays silence.
    """

    def __init__(self, rate_hz: int, channels: int, settings: CompressorSettings) -> None:
        checks.rate(rate_hz)
        self._channels = checks.channel_count(channels)
        self._rest = _Follower(rate_hz, settings.threshold_dbfs, settings)
        self._low: _Follower | None = None
        crossover_hz = settings.crossover_hz
        if crossover_hz is not None:

            def low_band(frequency_hz: NDArray[np.float64]) -> NDArray[np.float64]:
                return np.asarray(1.0 / (1.0 + (frequency_hz / crossover_hz) ** 4))

            threshold = settings.low_threshold_dbfs
            self._low = _Follower(rate_hz, settings.threshold_dbfs if threshold is None else threshold, settings)
            self._split = LinearPhase(low_band, rate_hz, channels)
        self._dry = np.zeros((0, channels))  # waits for its low band

    def process(self, block: Audio) -> NDArray[np.float64]:
        """Process the next block, shape (frames, channels); return what is finished."""
        block = checks.audio_block(block, self._channels)
        if self._low is None:
            return np.asarray(block * self._rest.gains(block))
        self._dry = np.concatenate([self._dry, block])
        return self._joined(self._low, self._split.process(block))

    def finish(self) -> NDArray[np.float64]:
        """Return what is left."""
        if self._low is None:
            return self._dry
        return self._joined(self._low, self._split.finish())

    def _joined(self, follower: _Follower, low: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the frames whose low band is there."""
        audio, self._dry = self._dry[: low.shape[0]], self._dry[low.shape[0] :]
        gain = self._rest.gains(audio - low)
        return np.asarray(audio * gain + low * (follower.gains(low) - gain))

    @property
    def max_reduction_db(self) -> float:
        """Return the largest reduction so far, of either band."""
        return max(self._rest.max_reduction_db, self._low.max_reduction_db if self._low is not None else 0.0)
