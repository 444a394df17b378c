"""Gentle broadband compression: feed-forward, linked channels, soft knee, the gain reduction capped.

Static curve with a quadratic knee and the smoothing in decibels behind it ("log-domain, smooth branching"):
D. Giannoulis, M. Massberg, J. Reiss, "Digital Dynamic Range Compressor Design", JAES 60 (6), 2012, equations (4), (18).
"""

import math
from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from dsp import checks
from dsp.checks import Audio


@dataclass(frozen=True, slots=True)
class CompressorSettings:
    """Threshold in dBFS (of the root mean square over 10 ms), ratio, knee, times in seconds, most reduction in dB."""

    threshold_dbfs: float
    ratio: float = 1.5
    knee_db: float = 8.0
    attack_s: float = 0.03  # ours: slow enough that the beginning of a hit passes
    release_s: float = 0.25
    max_reduction_db: float = 2.0

    def __post_init__(self) -> None:
        checks.in_range("threshold_dbfs", self.threshold_dbfs, -80.0, 0.0, " dBFS")
        checks.in_range("ratio", self.ratio, 1.0, 10.0)
        checks.in_range("knee_db", self.knee_db, 0.0, 30.0, " dB")
        checks.in_range("attack_s", self.attack_s, 0.0005, 1.0, " s")
        checks.in_range("release_s", self.release_s, 0.005, 5.0, " s")
        checks.in_range("max_reduction_db", self.max_reduction_db, 0.0, 20.0, " dB")


@njit(cache=True, nogil=True)
def _compress_kernel(block, mean, attack, release, threshold, slope, knee, most, state, out):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Compress a block; ``state`` is (mean square, smoothed reduction dB, largest reduction, sum of it, frames)."""
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
        gain = 10.0 ** (-reduction / 20.0)
        state[2] = max(state[2], reduction)
        state[3] += reduction
        for c in range(channels):
            out[n, c] = block[n, c] * gain
    state[0], state[1] = power, reduction
    state[4] += frames


class Compressor:
    """Compresses blocks of audio, wherever they are cut. Silence stays silence."""

    def __init__(self, rate_hz: int, channels: int, settings: CompressorSettings) -> None:
        self._rate_hz = checks.rate(rate_hz)
        self._channels = checks.channel_count(channels)
        self._settings = settings
        self._state = np.zeros(5)

    def process(self, block: Audio) -> NDArray[np.float64]:
        """Return the compressed block, shape (frames, channels)."""
        block = checks.audio_block(block, self._channels)
        s = self._settings
        out = np.empty(block.shape)
        _compress_kernel(
            block,
            self._share(0.01),
            self._share(s.attack_s),
            self._share(s.release_s),
            s.threshold_dbfs,
            1.0 - 1.0 / s.ratio,
            max(s.knee_db, 1e-6),
            s.max_reduction_db,
            self._state,
            out,
        )
        return out

    def _share(self, seconds: float) -> float:
        return 1.0 - math.exp(-1.0 / (seconds * self._rate_hz))

    @property
    def max_reduction_db(self) -> float:
        """Return the largest reduction so far."""
        return float(self._state[2])

    @property
    def mean_reduction_db(self) -> float:
        """Return the mean reduction so far."""
        return float(self._state[3] / self._state[4]) if self._state[4] else 0.0
