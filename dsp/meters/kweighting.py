"""K-weighting that reads the same at every sample rate.

ITU-R BS.1770-5, Annex 1, Tables 1 and 2 give the two biquads at 48 kHz and ask for filters "that provide the same
frequency response" elsewhere. The usual way, the bilinear transform at the other rate, bends the shelf towards the
Nyquist frequency (0.03 LU on music between 44.1 and 192 kHz). Here the magnitude of the 48 kHz filter is the truth:

- the shelf is fitted to it in the power domain, where |B|² / |A|² is linear in powers of cos(omega), by iterated
  weighted least squares (C. K. Sanathanan and J. Koerner, 1963), and factored back into a minimum-phase biquad;
- the high-pass keeps its two zeros at 0 Hz, its poles move by z -> z^(48000/rate), its gain is matched at 1 kHz.

The largest difference to the 48 kHz response up to the lower Nyquist frequency is under 0.001 dB from 22.05 kHz up
(0.025 dB at 8 kHz, where the shelf's slope meets the Nyquist frequency). Above 24 kHz, where the standard's filter has
no response, the shelf continues flat.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from dsp.core import checks

REFERENCE_RATE_HZ = 48_000
# ITU-R BS.1770-5, Annex 1, Table 1: b0, b1, b2, a1, a2 of the shelf
SHELF_48K = (1.53512485958697, -2.69169618940638, 1.19839281085285, -1.69065929318241, 0.73248077421585)
# ITU-R BS.1770-5, Annex 1, Table 2: the high-pass ("RLB"); its numerator is deliberately not normalised
HIGH_PASS_48K = (1.0, -2.0, 1.0, -1.99004745483398, 0.99007225036621)

_FIT_ROUNDS = 12  # ours: the fit stands still after 6 to 8
_FIT_POINTS = 400


def magnitude(biquads: NDArray[np.float64], frequency_hz: NDArray[np.float64], rate_hz: float) -> NDArray[np.float64]:
    """Return |H| of cascaded biquads, rows (b0, b1, b2, a1, a2), at the given frequencies in Hz.

    Parameters
    ----------
    biquads : array
        Shape (sections, 5).
    frequency_hz : array
        Where to look, in Hz.
    rate_hz : float
        Sample rate in Hz, 8,000 to 384,000.

    Returns
    -------
    array
        Linear magnitude at each frequency.
    """
    z = np.exp(-2j * np.pi * np.asarray(frequency_hz) / rate_hz)
    response = np.ones_like(z)
    for b0, b1, b2, a1, a2 in biquads:
        response = response * (b0 + z * (b1 + z * b2)) / (1.0 + z * (a1 + z * a2))
    return np.asarray(np.abs(response))


@cache
def _k_weighting(rate_hz: int) -> tuple[tuple[float, ...], tuple[float, ...]]:
    if rate_hz == REFERENCE_RATE_HZ:
        return SHELF_48K, HIGH_PASS_48K
    return _shelf(rate_hz), _high_pass(rate_hz)


def k_weighting(rate_hz: int) -> NDArray[np.float64]:
    """Return the two biquads of the K-weighting at a rate: shape (2, 5), rows (b0, b1, b2, a1, a2), a0 = 1.

    Raises ValueError for a rate outside 8,000 to 384,000 Hz. Source: ITU-R BS.1770-5, Annex 1.
    """
    return np.array(_k_weighting(checks.rate(rate_hz)), dtype=np.float64)


def _shelf(rate_hz: int) -> tuple[float, ...]:
    """Fit the shelf's power response with a biquad."""
    top_hz = min(rate_hz, REFERENCE_RATE_HZ) / 2 * 0.999
    frequency_hz = np.concatenate([np.geomspace(20.0, top_hz, _FIT_POINTS), np.linspace(20.0, top_hz, _FIT_POINTS)])
    power = magnitude(np.array([SHELF_48K]), frequency_hz, REFERENCE_RATE_HZ) ** 2
    cosines = np.vander(np.cos(2 * np.pi * frequency_hz / rate_hz), 3, increasing=True)
    denominator = np.ones_like(power)
    for _ in range(_FIT_ROUNDS):
        weight = 1.0 / (denominator * power)  # relative error, as decibels are
        system = np.hstack([cosines * weight[:, None], -(power * weight)[:, None] * cosines[:, 1:]])
        solution = np.linalg.lstsq(system, power * weight, rcond=None)[0]
        denominator = cosines @ np.array([1.0, solution[3], solution[4]])
    b = _minimum_phase(solution[:3])
    a = _minimum_phase(np.array([1.0, solution[3], solution[4]]))
    b0, b1, b2 = b / a[0]
    return float(b0), float(b1), float(b2), float(a[1] / a[0]), float(a[2] / a[0])


def _minimum_phase(power: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the polynomial in 1/z, zeros inside the unit circle, whose power in cos(omega) is the given one."""
    cosine_roots = np.roots(power[::-1]).astype(np.complex128)
    offset = np.sqrt(cosine_roots * cosine_roots - 1.0)
    inside = np.where(np.abs(cosine_roots + offset) < 1.0, cosine_roots + offset, cosine_roots - offset)
    polynomial = np.real(np.poly(inside))
    return np.asarray(polynomial * np.sqrt(power.sum()) / polynomial.sum())


def _high_pass(rate_hz: int) -> tuple[float, ...]:
    """Move the poles of the high-pass and match its gain at 1 kHz."""
    _, _, _, a1, a2 = HIGH_PASS_48K
    poles = np.roots([1.0, a1, a2]).astype(np.complex128) ** (REFERENCE_RATE_HZ / rate_hz)
    _, new_a1, new_a2 = np.real(np.poly(poles))
    at_hz = np.array([1000.0])
    wanted = magnitude(np.array([HIGH_PASS_48K]), at_hz, REFERENCE_RATE_HZ)[0]
    gain = float(wanted / magnitude(np.array([[1.0, -2.0, 1.0, new_a1, new_a2]]), at_hz, rate_hz)[0])
    return gain, -2.0 * gain, gain, float(new_a1), float(new_a2)
