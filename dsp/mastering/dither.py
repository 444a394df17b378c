"""Rounding to 16 or 24 bits with triangular dither: the error becomes a steady hiss that does not follow the music.

Two independent uniform values of one step each, added before rounding, make mean and power of the error independent
of the signal (S. Lipshitz, R. Wannamaker, J. Vanderkooy, "Quantization and Dither", JAES 40 (5), 1992, section 5).
Noise shaping feeds the error back (ibid., section 7), so that the hiss lies where the ear hears least
(`dsp.mastering.noise_shaping`).
"""

import numpy as np
from numpy.typing import NDArray

from dsp.core import checks
from dsp.core.checks import Audio
from dsp.core.kernels import kernel
from dsp.mastering.noise_shaping import shaping_filter

BITS = (16, 24)
_PLAIN_STEPS = 1.5  # dither and rounding move a sample by at most this many steps


@kernel
def _quantise_kernel(block, noise, steps, shift, out):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Round block * steps + dither; ``noise`` holds two uniform values per sample, from -2^31 to 2^31."""
    unit = 1.0 / 4294967296.0
    for i in range(block.size):
        dither = (np.float64(noise[2 * i]) - np.float64(noise[2 * i + 1])) * unit
        value = np.rint(block[i] * steps + dither)
        out[i] = np.int32(min(max(value, -steps), steps - 1.0)) << shift


@kernel
def _shaped_kernel(block, noise, steps, shift, taps, errors, out):  # type: ignore[no-untyped-def]  # pragma: no cover
    """As above with the error fed back; ``errors`` holds each channel's last ones, the newest first."""
    unit = 1.0 / 4294967296.0
    frames, channels = block.shape
    for n in range(frames):
        for c in range(channels):
            wanted = block[n, c] * steps
            for k in range(taps.size):
                wanted += taps[k] * errors[c, k]
            i = 2 * (n * channels + c)
            value = np.rint(wanted + (np.float64(noise[i]) - np.float64(noise[i + 1])) * unit)
            for k in range(taps.size - 1, 0, -1):
                errors[c, k] = errors[c, k - 1]
            errors[c, 0] = value - wanted  # before full scale is clipped: that error is no noise to shape
            out[n, c] = np.int32(min(max(value, -steps), steps - 1.0)) << shift


def peak_steps(rate_hz: int, *, shaped: bool) -> float:
    """Return by how many steps dither, rounding and shaping move a sample at most.

    Parameters
    ----------
    rate_hz : int
        Sample rate in Hz, 8,000 to 384,000.
    shaped : bool
        Whether the noise is shaped.

    Returns
    -------
    float
        Most steps of the word length.
    """
    if not shaped:
        return _PLAIN_STEPS
    return _PLAIN_STEPS * (1.0 + float(np.abs(shaping_filter(rate_hz)).sum()))


class Quantiser:
    """Rounds blocks given in order; the result does not depend on how a signal is cut into blocks.

    Samples beyond full scale are clipped. Silence becomes dither. Raises ValueError for other bits and rates.

    Parameters
    ----------
    rate_hz, channels : int
        Of the audio.
    bits : int
        16 or 24.
    random : numpy.random.Generator
        Where the dither is drawn from.
    shaped : bool
        Move the noise to where the ear hears least; from 40 kHz on.
    """

    def __init__(
        self, rate_hz: int, channels: int, bits: int, random: np.random.Generator, *, shaped: bool = False
    ) -> None:
        if bits not in BITS:
            raise ValueError(f"bits is {bits}, allowed are 16 and 24")
        checks.rate(rate_hz)
        self._channels = checks.channel_count(channels)
        self._bits = bits
        self._random = random
        self._taps = np.array(shaping_filter(rate_hz)) if shaped else None
        self._errors = np.zeros((channels, 0 if self._taps is None else self._taps.size))

    def process(self, block: Audio) -> NDArray[np.int32]:
        """Return a block of shape (frames, channels) rounded, in the high bits of int32."""
        audio = np.ascontiguousarray(checks.audio_block(block, self._channels), dtype=np.float64)
        words = self._random.integers(0, 1 << 64, size=audio.size, dtype=np.uint64, endpoint=False)
        out = np.empty(audio.shape, np.int32)
        steps, shift = float(1 << (self._bits - 1)), np.int32(32 - self._bits)
        if self._taps is None:
            _quantise_kernel(audio.reshape(-1), words.view(np.int32), steps, shift, out.reshape(-1))
        else:
            _shaped_kernel(audio, words.view(np.int32), steps, shift, self._taps, self._errors, out)
        return out
