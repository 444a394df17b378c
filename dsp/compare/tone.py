"""The tone of a song as mastering looks at it: third octaves smoothed to octaves, against the song's own trend."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dsp.core.units import power_db

LOWEST_HZ = 31.0
HIGHEST_HZ = 16_000.0
BANDS_PER_OCTAVE = 3


@dataclass(frozen=True, slots=True)
class Tone:
    """Levels in dB of third octaves from 31.5 Hz to 16 kHz (-inf: nothing there), both of shape (bands,)."""

    frequency_hz: NDArray[np.float64]
    level_db: NDArray[np.float64]


def tone_of(frequency_hz: Sequence[float], level_db: Sequence[float | None]) -> Tone:
    """Return the tone of third octaves as `bands` measures them; ``None`` is -inf, other bands are left out."""
    frequency = np.array(frequency_hz, dtype=np.float64)
    level = np.array([-np.inf if value is None else value for value in level_db], dtype=np.float64)
    if frequency.shape != level.shape:
        raise ValueError(f"level_db has {level.size} bands, allowed are as many as frequency_hz: {frequency.size}")
    used = (frequency > LOWEST_HZ) & (frequency < HIGHEST_HZ)
    return Tone(frequency[used], level[used])


def share_below_db(tone: Tone, frequency_hz: float) -> float:
    """Return the power of the third octaves centred below a frequency against all of them, in dB; -inf: nothing."""
    power = 10.0 ** (tone.level_db / 10.0)
    whole = float(power.sum())
    return power_db(float(power[tone.frequency_hz < frequency_hz].sum()) / whole) if whole > 0.0 else -np.inf


def smoothed_db(tone: Tone) -> NDArray[np.float64]:
    """Return the levels averaged over an octave, the mean of 100 Hz to 8 kHz at 0 dB; silent bands at the floor."""
    if tone.level_db.size == 0:
        return np.zeros(0)
    level = np.maximum(tone.level_db, max(float(tone.level_db.max()), -200.0) - 80.0)
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
