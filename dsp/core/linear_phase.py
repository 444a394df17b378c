"""Filters that keep the phase of every frequency: a gain over frequency becomes a symmetric FIR.

Overlap-add on blocks of a fixed length, so that nothing depends on how a signal is cut (A. Oppenheim, R. Schafer,
Discrete-Time Signal Processing, 3rd edition, 8.7.3).
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from dsp.core import checks
from dsp.core.checks import Audio

TAPS_S = 0.1  # ours: resolves an equaliser's lowest shelf to a tenth of a dB


class LinearPhase:
    """Filters blocks of audio without a shift in time; what comes out is later, in the end of the full length.

    Parameters
    ----------
    gain : callable
        The linear gain wanted at frequencies in Hz, all above 0.
    rate_hz, channels : int
        Of the audio.
    taps_s : float
        Length of the filter in seconds; the longer, the finer it resolves frequencies.
    """

    def __init__(
        self,
        gain: Callable[[NDArray[np.float64]], NDArray[np.float64]],
        rate_hz: int,
        channels: int,
        taps_s: float = TAPS_S,
    ) -> None:
        self._channels = checks.channel_count(channels)
        self._half = 1 << int(np.ceil(np.log2(taps_s * checks.rate(rate_hz) / 2)))
        size = 2 * self._half
        frequency_hz = np.arange(self._half + 1) * rate_hz / size
        frequency_hz[0] = frequency_hz[1] / 1e3
        taps = np.roll(np.fft.irfft(gain(frequency_hz), size), self._half)[1:] * np.hanning(size + 1)[1:-1]
        self._block = 3 * size  # with the taps, a transform of four times their length
        self._transfer = np.fft.rfft(taps, 4 * size)
        self._transform = 4 * size
        self._delay = self._half - 1
        self._waiting = np.zeros((0, channels))
        self._tail = np.zeros((self._transform - self._block, channels))
        self._frames_in = self._frames_out = 0

    def process(self, block: Audio) -> NDArray[np.float64]:
        """Process the next block, shape (frames, channels); return what is finished."""
        block = checks.audio_block(block, self._channels)
        self._frames_in += block.shape[0]
        self._waiting = np.concatenate([self._waiting, block])
        done = [np.zeros((0, self._channels))]
        while self._waiting.shape[0] >= self._block:
            done.append(self._convolve(self._waiting[: self._block]))
            self._waiting = self._waiting[self._block :]
        return self._trimmed(np.concatenate(done))

    def finish(self) -> NDArray[np.float64]:
        """Return what is left; the signal is silent after its end."""
        missing = self._frames_in - self._frames_out
        return self.process(np.zeros((2 * self._block, self._channels)))[:missing]

    def _convolve(self, block: NDArray[np.float64]) -> NDArray[np.float64]:
        spectrum = np.fft.rfft(block, self._transform, axis=0) * self._transfer[:, None]
        full = np.fft.irfft(spectrum, self._transform, axis=0)
        full[: self._tail.shape[0]] += self._tail
        self._tail = full[self._block :].copy()
        return np.asarray(full[: self._block])

    def _trimmed(self, out: NDArray[np.float64]) -> NDArray[np.float64]:
        """Drop the filter's delay from the beginning."""
        drop = min(self._delay, out.shape[0])
        self._delay -= drop
        self._frames_out += out.shape[0] - drop
        return out[drop:]
