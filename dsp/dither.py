"""Rounding to 16 or 24 bits with triangular dither: the error becomes a steady hiss that does not follow the music.

Two independent uniform values of one step each, added before rounding, make mean and power of the error independent
of the signal (S. Lipshitz, R. Wannamaker, J. Vanderkooy, "Quantization and Dither", JAES 40 (5), 1992, section 5).
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from dsp import checks
from dsp.checks import Audio

BITS = (16, 24)
PEAK_STEPS = 1.5  # dither and rounding move a sample by at most this many steps


@njit(cache=True, nogil=True)
def _quantise_kernel(block, noise, steps, shift, out):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Round block * steps + dither; each 64-bit random number holds the two uniform values."""
    unit = 1.0 / 4294967296.0
    frames, channels = block.shape
    for n in range(frames):
        for c in range(channels):
            word = noise[n, c]
            dither = (np.float64(word >> np.uint64(32)) - np.float64(word & np.uint64(0xFFFFFFFF))) * unit
            value = np.rint(np.float64(block[n, c]) * steps + dither)
            value = min(max(value, -steps), steps - 1.0)
            out[n, c] = np.int32(value) << shift


def quantise(block: Audio, bits: int, random: np.random.Generator) -> NDArray[np.int32]:
    """Return a block rounded to ``bits`` with TPDF dither, in the high bits of int32.

    Blocks given in order draw from ``random`` in order, so the result does not depend on how a signal is cut.
    Samples beyond full scale are clipped. Silence becomes dither. Raises ValueError for bits other than 16 and 24.
    """
    if bits not in BITS:
        raise ValueError(f"bits is {bits}, allowed are 16 and 24")
    block = checks.audio_block(block, block.shape[1])
    noise = random.integers(0, 1 << 64, size=block.shape, dtype=np.uint64, endpoint=False)
    out = np.empty(block.shape, np.int32)
    _quantise_kernel(block, noise, float(1 << (bits - 1)), np.int32(32 - bits), out)
    return out
