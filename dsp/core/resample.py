"""Sample-rate conversion block by block, by soxr at its very high quality: 28 bits, flat to 0.45 of the lower rate."""

import numpy as np
import soxr
from numpy.typing import NDArray

from dsp.core import checks
from dsp.core.checks import Audio

QUALITY = "VHQ"


class Resampler:
    """Converts audio from one rate to another; the same length to within a frame, no shift in time.

    Parameters
    ----------
    from_hz, to_hz : int
        Rates in Hz, 8,000 to 384,000. Equal rates pass the samples unchanged.
    channels : int
        Number of channels.
    """

    def __init__(self, from_hz: int, to_hz: int, channels: int) -> None:
        checks.rate(from_hz)
        checks.rate(to_hz)
        self._channels = checks.channel_count(channels)
        self._stream = None
        if from_hz != to_hz:
            self._stream = soxr.ResampleStream(from_hz, to_hz, channels, dtype="float64", quality=QUALITY)

    def process(self, block: Audio) -> NDArray[np.float64]:
        """Process the next block, shape (frames, channels); return what is finished."""
        block = checks.audio_block(block, self._channels).astype(np.float64, copy=False)
        return block if self._stream is None else np.asarray(self._stream.resample_chunk(block))

    def finish(self) -> NDArray[np.float64]:
        """Return what is left."""
        empty = np.zeros((0, self._channels))
        return empty if self._stream is None else np.asarray(self._stream.resample_chunk(empty, last=True))
