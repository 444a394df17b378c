"""The tone of a song: its spectrum in third octaves, how wide it is, how much of it lies below hearing.

A window of about 0.17 s is transformed every half second; a complex transform of L + jR gives both channels at once
(|L|² + |R|² is the mean of the squares at f and -f). Frames are averaged by power, so loud sections weigh more.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dsp import checks
from dsp.checks import Audio
from dsp.units import power_db, powers_db

_WINDOW_S = 0.17
_EVERY_S = 0.5
LOWEST_HZ = 31.5
HIGHEST_HZ = 16_000.0
BANDS_PER_OCTAVE = 3
SUBSONIC_HZ = 20.0


@dataclass(frozen=True, slots=True)
class Tone:
    """Levels in dB of third octaves (-inf: nothing there), shares in dB.

    ``side_db`` is the side's power against the middle's, ``subsonic_db`` the power below 20 Hz against all of it;
    both -inf when there is none.
    """

    frequency_hz: NDArray[np.float64]
    level_db: NDArray[np.float64]
    side_db: float
    subsonic_db: float


class ToneMeter:
    """Collects blocks of mono or stereo audio, finite samples."""

    def __init__(self, rate_hz: int, channels: int) -> None:
        self._rate_hz = checks.rate(rate_hz)
        self._channels = checks.channel_count(channels)
        self._size = 1 << round(np.log2(_WINDOW_S * rate_hz))
        self._every = max(self._size, round(_EVERY_S * rate_hz))
        self._window = np.hanning(self._size)
        self._power = np.zeros(self._size // 2 + 1)
        self._middle = self._side = 0.0
        self._skip = 0
        self._waiting = np.zeros((0, channels))
        self._count = 0

    def process(self, block: Audio) -> None:
        """Take the next block, shape (frames, channels)."""
        block = checks.audio_block(block, self._channels)
        if self._skip >= block.shape[0]:
            self._skip -= block.shape[0]
            return
        self._waiting = np.concatenate([self._waiting, block[self._skip :]])
        self._skip = 0
        while self._waiting.shape[0] >= self._size:
            self._take(self._waiting[: self._size])
            left = self._waiting.shape[0] - self._every
            self._skip = max(0, -left)
            self._waiting = self._waiting[self._every :]

    def _take(self, frame: NDArray[np.float64]) -> None:
        left, right = frame[:, 0], frame[:, -1]
        spectrum = np.abs(np.fft.fft((left + 1j * right) * self._window)) ** 2
        half = self._size // 2
        power = 0.5 * (spectrum[: half + 1] + np.roll(spectrum[::-1], 1)[: half + 1])
        self._power += power if self._channels == 2 else power / 2
        self._middle += float(np.sum((left + right) ** 2))
        self._side += float(np.sum((left - right) ** 2))
        self._count += 1

    def finish(self) -> Tone:
        """Return the tone of everything processed; a song shorter than a window is padded with silence."""
        if self._count == 0 and self._waiting.shape[0]:
            frame = np.zeros((self._size, self._channels))
            frame[: self._waiting.shape[0]] = self._waiting
            self._take(frame)
        frequency_hz = np.arange(self._power.size) * self._rate_hz / self._size
        count = int(np.log2(HIGHEST_HZ / LOWEST_HZ) * BANDS_PER_OCTAVE) + 1
        centres = LOWEST_HZ * 2.0 ** (np.arange(count) / BANDS_PER_OCTAVE)
        centres = centres[centres * 2 ** (0.5 / BANDS_PER_OCTAVE) < self._rate_hz / 2]
        edges = centres[:, None] * 2.0 ** (np.array([-0.5, 0.5]) / BANDS_PER_OCTAVE)
        # a band narrower than a bin takes its share of it
        running = np.concatenate([[0.0], np.cumsum(self._power)])
        places = edges / self._rate_hz * self._size + 0.5
        sums = np.diff(np.interp(places, np.arange(running.size), running), axis=1)[:, 0]
        whole = float(self._power.sum())
        below = float(self._power[frequency_hz < SUBSONIC_HZ].sum())
        return Tone(
            frequency_hz=centres,
            level_db=powers_db(sums),
            side_db=power_db(self._side / self._middle) if self._middle > 0.0 else power_db(self._side),
            subsonic_db=power_db(below / whole) if whole > 0.0 else -np.inf,
        )


def share_below_db(tone: Tone, frequency_hz: float) -> float:
    """Return the power of the third octaves centred below a frequency against all of them, in dB; -inf: nothing."""
    power = 10.0 ** (tone.level_db / 10.0)
    whole = float(power.sum())
    return power_db(float(power[tone.frequency_hz < frequency_hz].sum()) / whole) if whole > 0.0 else -np.inf


def smoothed_db(tone: Tone) -> NDArray[np.float64]:
    """Return the levels averaged over an octave, the mean of 100 Hz to 8 kHz at 0 dB; silent bands at the floor."""
    level = np.maximum(tone.level_db, np.max(tone.level_db, initial=-200.0) - 80.0)
    padded = np.pad(level, BANDS_PER_OCTAVE // 2 + 1, mode="edge")
    kernel = np.array([0.5, 1.0, 1.0, 1.0, 0.5]) / 4.0
    smooth = np.convolve(padded, kernel, "valid")[: level.size]
    middle = (tone.frequency_hz >= 100.0) & (tone.frequency_hz <= 8_000.0)
    return np.asarray(smooth - smooth[middle].mean())


def excess_db(tone: Tone) -> NDArray[np.float64]:
    """Return how far each third octave stands out of the song's own trend: a parabola over octaves, 50 Hz to 12 kHz."""
    level = smoothed_db(tone)
    octave = np.log2(tone.frequency_hz / 1_000.0)
    used = (tone.frequency_hz >= 50.0) & (tone.frequency_hz <= 12_000.0)
    if int(used.sum()) < 6:
        return np.zeros_like(level)
    trend = np.polynomial.Polynomial.fit(octave[used], level[used], 2)(octave)
    return np.where(used, level - trend, 0.0)
