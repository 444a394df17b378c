"""Second-order filters: designs for audible shapes, and a block-wise cascade in double precision.

Designs are the bilinear transforms of R. Bristow-Johnson's "Cookbook formulae for audio EQ biquad filter
coefficients" (W3C note, 2021); rows are (b0, b1, b2, a1, a2) with a0 = 1.
"""

import math

import numpy as np
from numpy.typing import NDArray

from dsp.core import checks
from dsp.core.checks import Audio
from dsp.core.kernels import kernel

BUTTERWORTH_Q = math.sqrt(0.5)
BUTTERWORTH_4_Q = (0.541196100146197, 1.306562964876377)  # the two sections of fourth order


def _angle(frequency_hz: float, q: float, rate_hz: int) -> tuple[float, float]:
    """Return cos(omega) and alpha, the frequency and quality checked."""
    checks.in_range("frequency_hz", frequency_hz, 1.0, 0.499 * rate_hz, " Hz")
    checks.in_range("q", q, 0.1, 40.0)
    omega = 2.0 * math.pi * frequency_hz / rate_hz
    return math.cos(omega), math.sin(omega) / (2.0 * q)


def _row(b0: float, b1: float, b2: float, a0: float, a1: float, a2: float) -> tuple[float, ...]:
    return b0 / a0, b1 / a0, b2 / a0, a1 / a0, a2 / a0


def high_pass(frequency_hz: float, q: float, rate_hz: int) -> tuple[float, ...]:
    """Return a high-pass, 12 dB per octave, -3 dB at the frequency for q = 0.707.

    Parameters
    ----------
    frequency_hz : float
        Where it is 3 dB down (for q = 0.707), in Hz.
    q : float
        Steepness at the corner.
    rate_hz : int
        Sample rate in Hz, 8,000 to 384,000.

    Returns
    -------
    tuple[float, ...]
        One row (b0, b1, b2, a1, a2).
    """
    cos, alpha = _angle(frequency_hz, q, rate_hz)
    return _row((1 + cos) / 2, -(1 + cos), (1 + cos) / 2, 1 + alpha, -2 * cos, 1 - alpha)


def bell(frequency_hz: float, gain_db: float, q: float, rate_hz: int) -> tuple[float, ...]:
    """Return a peaking filter with this gain at its centre.

    Parameters
    ----------
    frequency_hz : float
        Its centre in Hz.
    gain_db : float
        Gain at the centre in dB.
    q : float
        Narrowness.
    rate_hz : int
        Sample rate in Hz, 8,000 to 384,000.

    Returns
    -------
    tuple[float, ...]
        One row (b0, b1, b2, a1, a2).
    """
    cos, alpha = _angle(frequency_hz, q, rate_hz)
    a = 10.0 ** (gain_db / 40.0)
    return _row(1 + alpha * a, -2 * cos, 1 - alpha * a, 1 + alpha / a, -2 * cos, 1 - alpha / a)


def low_shelf(frequency_hz: float, gain_db: float, q: float, rate_hz: int) -> tuple[float, ...]:
    """Return a shelf with this gain far below the frequency, half of it (in dB) there.

    Parameters
    ----------
    frequency_hz : float
        Where it has half its gain, in Hz.
    gain_db : float
        Gain far below in dB.
    q : float
        Steepness; 0.707 is as steep as it gets without a bump.
    rate_hz : int
        Sample rate in Hz, 8,000 to 384,000.

    Returns
    -------
    tuple[float, ...]
        One row (b0, b1, b2, a1, a2).
    """
    return _shelf(frequency_hz, gain_db, q, rate_hz, 1.0)


def high_shelf(frequency_hz: float, gain_db: float, q: float, rate_hz: int) -> tuple[float, ...]:
    """Return a shelf with this gain far above the frequency, half of it (in dB) there.

    Parameters
    ----------
    frequency_hz : float
        Where it has half its gain, in Hz.
    gain_db : float
        Gain far above in dB.
    q : float
        Steepness; 0.707 is as steep as it gets without a bump.
    rate_hz : int
        Sample rate in Hz, 8,000 to 384,000.

    Returns
    -------
    tuple[float, ...]
        One row (b0, b1, b2, a1, a2).
    """
    return _shelf(frequency_hz, gain_db, q, rate_hz, -1.0)


def _shelf(frequency_hz: float, gain_db: float, q: float, rate_hz: int, side: float) -> tuple[float, ...]:
    cos, alpha = _angle(frequency_hz, q, rate_hz)
    a = 10.0 ** (gain_db / 40.0)
    root = 2.0 * math.sqrt(a) * alpha
    sum_, difference = a + 1.0, (a - 1.0) * side
    return _row(
        a * (sum_ - difference * cos + root),
        2 * a * (difference - sum_ * cos) if side > 0 else -2 * a * (-difference + sum_ * cos),
        a * (sum_ - difference * cos - root),
        sum_ + difference * cos + root,
        -2 * (difference + sum_ * cos),
        sum_ + difference * cos - root,
    )


def response_db(rows: NDArray[np.float64], frequency_hz: NDArray[np.float64], rate_hz: int) -> NDArray[np.float64]:
    """Return the gain of cascaded rows in dB at the given frequencies.

    Parameters
    ----------
    rows : array
        Shape (sections, 5), as the functions above return them.
    frequency_hz : array
        Where to look, in Hz.
    rate_hz : int
        Sample rate in Hz, 8,000 to 384,000.

    Returns
    -------
    array
        Gain in dB at each frequency.
    """
    z = np.exp(-2j * np.pi * np.asarray(frequency_hz) / rate_hz)
    total = np.zeros(z.shape)
    for b0, b1, b2, a1, a2 in rows:
        total += 20.0 * np.log10(np.abs((b0 + z * (b1 + z * b2)) / (1.0 + z * (a1 + z * a2))))
    return total


@kernel
def _cascade_kernel(block, rows, memory, out):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Run every channel through the rows (transposed direct form II)."""
    frames, channels = block.shape
    for c in range(channels):
        for n in range(frames):
            out[n, c] = block[n, c]
        for r in range(rows.shape[0]):
            s1, s2 = memory[c, r, 0], memory[c, r, 1]
            b0, b1, b2, a1, a2 = rows[r, 0], rows[r, 1], rows[r, 2], rows[r, 3], rows[r, 4]
            for n in range(frames):
                x = out[n, c]
                y = b0 * x + s1
                s1 = b1 * x - a1 * y + s2
                s2 = b2 * x - a2 * y
                out[n, c] = y
            # a tail below the smallest sample of any format must not slow the processor down
            memory[c, r, 0] = s1 if abs(s1) > 1e-30 else 0.0
            memory[c, r, 1] = s2 if abs(s2) > 1e-30 else 0.0


class Cascade:
    """Filters blocks of audio through rows of biquads, wherever the blocks are cut.

    Parameters
    ----------
    rows : array
        Shape (sections, 5).
    channels : int
        Number of channels.
    """

    def __init__(self, rows: NDArray[np.float64], channels: int) -> None:
        self._rows = np.ascontiguousarray(rows, dtype=np.float64).reshape(-1, 5)
        self._channels = checks.channel_count(channels)
        self._memory = np.zeros((channels, self._rows.shape[0], 2))

    def process(self, block: Audio) -> NDArray[np.float64]:
        """Return the filtered block, shape (frames, channels)."""
        block = checks.audio_block(block, self._channels)
        out = np.empty(block.shape)
        _cascade_kernel(block, self._rows, self._memory, out)
        return out
