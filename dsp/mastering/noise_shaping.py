"""Where the ear hears least: filters that move the noise of rounding to 16 bits there, for any sample rate.

The noise is weighted with the inverse of the threshold of hearing (E. Terhardt, "Calculating virtual pitch", Hearing
Research 1, 1979, equation 1). Of all filters of one length the monic prediction-error filter of that weighting leaves
the least weighted noise; that is the shape of J. Makhoul, "Linear Prediction: A Tutorial Review", Proc. IEEE 63 (4),
1975, section II. What is gained where the ear is keen is paid for elsewhere (M. Gerzon, P. Craven, "Optimal Noise
Shaping and Dither of Digital Signals", AES 87th Convention, 1989): the logarithm's mean over frequency stays zero.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

TAPS = 9  # ours: more taps gain less than 0.5 dB at 44.1 kHz
DEPTH_DB = 32.0  # ours: the threshold above its minimum counts up to here; deeper only adds noise
LOWEST_RATE_HZ = 40_000  # ours: below, everything up to half the rate is heard, there is nowhere to move noise to
_GRID = 8_192


def threshold_db(frequency_hz: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the threshold of hearing in dB SPL (Terhardt 1979, equation 1)."""
    khz = np.maximum(frequency_hz, 20.0) / 1_000.0
    return np.asarray(3.64 * khz**-0.8 - 6.5 * np.exp(-0.6 * (khz - 3.3) ** 2) + 1e-3 * khz**4)


def weighting_db(rate_hz: int) -> NDArray[np.float64]:
    """Return how much noise counts, in dB, on an even grid from 0 to half the rate."""
    threshold = threshold_db(np.linspace(0.0, rate_hz / 2, _GRID + 1))
    return np.asarray(-np.minimum(threshold - threshold.min(), DEPTH_DB))


@lru_cache(maxsize=8)
def shaping_filter(rate_hz: int) -> tuple[float, ...]:
    """Return the taps behind the leading 1 of the filter that shapes the rounding error.

    Raises ValueError below 40 kHz, where there is nowhere to move the noise to.
    """
    if rate_hz < LOWEST_RATE_HZ:
        raise ValueError(f"rate_hz is {rate_hz}, allowed for noise shaping is {LOWEST_RATE_HZ} or more")
    power = 10.0 ** (weighting_db(rate_hz) / 10.0)
    correlation = np.fft.irfft(power)[: TAPS + 1]
    lags = np.abs(np.subtract.outer(np.arange(TAPS), np.arange(TAPS)))
    taps = np.linalg.solve(correlation[lags], -correlation[1:])
    return tuple(float(tap) for tap in taps)
