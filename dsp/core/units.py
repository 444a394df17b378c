"""Level units: amplitude and power to decibels and back. Silence is ``-inf`` dB, never a warning or NaN."""

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray


def amplitude_db(amplitude: float) -> float:
    """Return 20·log10(|amplitude|) in dB (dBFS when full scale is 1.0); ``-inf`` for 0."""
    magnitude = abs(amplitude)
    return 20.0 * math.log10(magnitude) if magnitude > 0.0 else -math.inf


def power_db(power: float) -> float:
    """Return 10·log10(power) in dB; ``-inf`` for 0 and below."""
    return 10.0 * math.log10(power) if power > 0.0 else -math.inf


def db_amplitude(level_db: float) -> float:
    """Return the amplitude of a level in dB; 0.0 for ``-inf``."""
    return float(10.0 ** (level_db / 20.0))


def db_power(level_db: float) -> float:
    """Return the power of a level in dB; 0.0 for ``-inf``."""
    return float(10.0 ** (level_db / 10.0))


def ratio_db(part: float, whole: float) -> float:
    """Return the power of a part against that of the whole in dB; ``-inf`` where either of them is nothing.

    Parameters
    ----------
    part, whole : float
        Powers, linear.

    Returns
    -------
    float
        Their ratio in dB.
    """
    return float(10.0 * np.log10(part / whole)) if part > 0.0 and whole > 0.0 else -math.inf


def amplitudes_db(amplitudes: ArrayLike) -> NDArray[np.float64]:
    """Return 20·log10(|amplitudes|) element by element in dB; ``-inf`` for 0."""
    with np.errstate(divide="ignore"):
        return np.asarray(20.0 * np.log10(np.abs(np.asarray(amplitudes, dtype=np.float64))))


def powers_db(powers: ArrayLike) -> NDArray[np.float64]:
    """Return 10·log10(powers) element by element in dB; ``-inf`` for 0 and below."""
    with np.errstate(divide="ignore"):
        return np.asarray(10.0 * np.log10(np.maximum(np.asarray(powers, dtype=np.float64), 0.0)))
