"""Linear prediction: what a signal does beyond what its own past foretells.

Music is predictable for as long as nothing new begins: each sample is nearly a fixed sum of those before it. What is
left over, the prediction error, is small in tones, chords and resonances of any loudness, and large for a moment where
the wave is broken off, jumps or holds a sample that does not belong to it.

Sources: J. Makhoul, "Linear Prediction: A Tutorial Review", Proc. IEEE 63 (1975); S. Godsill and P. Rayner, "Digital
Audio Restoration", Springer 1998, section 5.3 (clicks in the prediction error).
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from dsp.core.arrays import F32, F64, I32
from dsp.core.kernels import kernel
from dsp.faults.chunks import PIECE

ORDER = 16  # ours, of what runs over everything: two resonances an octave, and a long fall towards half the rate
WHITE = (
    1e-7  # ours: of the power, added as white noise, so that the error of 32-bit floats stays below the prediction's
)


def autocorrelation(windows: F64, order: int) -> F64:
    """Return the autocorrelation of windowed pieces of a signal, added up, for lags 0 to ``order``.

    Parameters
    ----------
    windows : array
        Shape (number, frames).
    order : int
        The longest lag in frames.

    Returns
    -------
    array
        Shape (order + 1,); zeros for silence.
    """
    number, frames = windows.shape
    apart = np.zeros((number + 1, frames + order))  # with silence between them, so that all are one
    apart[:-1, :frames] = windows * _taper(frames)
    joined, length = apart.ravel(), number * (frames + order)
    lagged: F64 = np.correlate(joined[: length + order], joined[:length], "valid")
    return lagged


def error_filter(correlation: F64, white: float = WHITE) -> F64:
    """Return the filter that gives the prediction error: 1.0, then what is subtracted of each sample before.

    Parameters
    ----------
    correlation : array
        From `autocorrelation`, shape (order + 1,).
    white : float
        White noise that is assumed beside the signal, of its power.

    Returns
    -------
    array
        Shape (order + 1,); 1.0 and zeros for silence.
    """
    order = len(correlation) - 1
    coefficients = np.zeros(order + 1)
    coefficients[0] = 1.0
    if correlation[0] <= np.finfo(np.float32).tiny:
        return coefficients
    lags = correlation / correlation[0]
    lags[0] = 1.0 + white
    coefficients[1:] = -np.linalg.solve(lags[_distances(order)], lags[1:])
    return coefficients


@cache
def _taper(frames: int) -> F64:
    return np.hanning(frames)


@cache
def _distances(order: int) -> NDArray[np.int64]:
    return np.abs(np.subtract.outer(np.arange(order), np.arange(order)))


def error_peaks(signal: F32, start: int, coefficients: F64, peaks: F32) -> None:
    """Fill the largest prediction error, in magnitude, of every piece of `PIECE` frames from a column on.

    Parameters
    ----------
    signal : array
        One channel, shape (frames,).
    start : int
        Column of the first piece; at least as many lie before it as the filter is long.
    coefficients : array
        From `error_filter`.
    peaks : array
        Shape (pieces,), filled.
    """
    _error_peaks(signal, start, coefficients.astype(np.float32), np.empty(PIECE, np.float32), peaks.view(np.int32))


@kernel
def _error_peaks(signal: F32, start: int, c: F32, error: F32, peak_bits: I32) -> None:
    """All taps stand in one expression, or the loop is not turned into vector instructions.

    Magnitudes are compared as integers: the bits of IEEE floats without sign are ordered like the floats.
    """
    bits = error.view(np.int32)
    c1, c2, c3, c4, c5, c6, c7, c8 = c[1], c[2], c[3], c[4], c[5], c[6], c[7], c[8]
    d1, d2, d3, d4, d5, d6, d7, d8 = c[9], c[10], c[11], c[12], c[13], c[14], c[15], c[16]
    for piece in range(len(peak_bits)):
        x = signal[start + piece * PIECE - ORDER : start + (piece + 1) * PIECE]
        for j in range(PIECE):
            late = c1 * x[j + 15] + c2 * x[j + 14] + c3 * x[j + 13] + c4 * x[j + 12]
            late += c5 * x[j + 11] + c6 * x[j + 10] + c7 * x[j + 9] + c8 * x[j + 8]
            early = d1 * x[j + 7] + d2 * x[j + 6] + d3 * x[j + 5] + d4 * x[j + 4]
            early += d5 * x[j + 3] + d6 * x[j + 2] + d7 * x[j + 1] + d8 * x[j]
            error[j] = x[j + 16] + (late + early)
        most = 0
        for j in range(PIECE):
            most = max(most, bits[j] & 0x7FFFFFFF)
        peak_bits[piece] = most
